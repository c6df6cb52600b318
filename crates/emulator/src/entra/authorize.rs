//! The authorize page: somebody picks an account, agrees or not, and is sent back to the application.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::{
    Account, Application, Entra, Platform, Refusal, Scopes,
    asked::Asked,
    client::is_any,
    code::{Challenge, Code},
    key::unguessable,
    page,
};

/// A request that can be answered by a redirect.
struct Request {
    application: Application,
    platform: Platform,
    redirect: String,
    scopes: Scopes,
    nonce: Option<String>,
    challenge: Option<Challenge>,
}

/// What a person is to see or to do next.
enum Step {
    /// Straight back to the application.
    Done(Code),
    Page(String),
}

/// GET shows the page; POST takes what was pressed there.
pub(super) fn authorize(asked: &Asked) -> Response {
    let mut world = asked.emulator.world_mut();
    let entra = &mut world.entra;
    let (target, application) = match known(entra, asked) {
        Ok(known) => known,
        // Whoever asked may not be trusted with a redirect.
        Err(refusal) => {
            let page = page::refused(&refusal);
            return (StatusCode::BAD_REQUEST, page::html(page)).into_response();
        }
    };
    let request = match read(asked, application, target.clone()) {
        Ok(request) => request,
        Err(refusal) => return target.refuse(&refusal),
    };
    match next(entra, &request, asked) {
        Err(refusal) => target.refuse(&refusal),
        Ok(Step::Page(page)) => page::html(page).into_response(),
        Ok(Step::Done(code)) => {
            let text = format!("1.{}", unguessable());
            entra.codes.insert(text.clone(), code);
            target.send(&[
                ("code", text.as_str()),
                ("session_state", &Uuid::new_v4().to_string()),
            ])
        }
    }
}

/// Where the answer goes.
#[derive(Clone)]
struct Target {
    redirect: String,
    platform: Platform,
    state: Option<String>,
    mode: String,
}

fn known(entra: &Entra, asked: &Asked) -> Result<(Target, Application), Refusal> {
    entra.check_tenant(&asked.tenant)?;
    let query = &asked.query;
    let id = query
        .get("client_id")
        .ok_or_else(|| Refusal::missing("client_id"))?;
    let application = entra.application_in(id, &asked.tenant)?;
    let redirect = query
        .get("redirect_uri")
        .ok_or_else(|| Refusal::missing("redirect_uri"))?;
    let platform = application.platform(redirect).ok_or_else(|| {
        Refusal::request(
            50_011,
            format!("The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."),
        )
    })?;
    let target = Target {
        redirect: String::from(redirect),
        platform,
        state: query.get("state").map(String::from),
        mode: String::from(query.get("response_mode").unwrap_or("query")),
    };
    Ok((target, application.clone()))
}

fn read(asked: &Asked, application: Application, target: Target) -> Result<Request, Refusal> {
    let query = &asked.query;
    if query.get("response_type") != Some("code") {
        return Err(Refusal::new(
            "unsupported_response_type",
            700_054,
            format!(
                "response_type '{}' is not enabled for the application.",
                query.get("response_type").unwrap_or_default()
            ),
        ));
    }
    let scopes = Scopes::parse(
        query
            .get("scope")
            .ok_or_else(|| Refusal::missing("scope"))?,
    )?;
    let challenge = query.get("code_challenge").map(|value| Challenge {
        value: String::from(value),
        hashed: query.get("code_challenge_method") == Some("S256"),
    });
    if challenge.is_none() && target.platform == Platform::Spa {
        return Err(Refusal::request(
            9_002_325,
            "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        ));
    }
    Ok(Request {
        application,
        platform: target.platform,
        redirect: target.redirect,
        scopes,
        nonce: query.get("nonce").map(String::from),
        challenge,
    })
}

fn next(entra: &mut Entra, request: &Request, asked: &Asked) -> Result<Step, Refusal> {
    let (prompt, hint) = (asked.query.get("prompt"), asked.query.get("login_hint"));
    let decision = asked.form.get("decision");
    if prompt == Some("none") {
        return Err(Refusal::new(
            "login_required",
            50_058,
            "A silent sign-in request was sent but no user is signed in.",
        ));
    }
    let hint = hint.filter(|_| prompt != Some("select_account"));
    let Some(name) = asked.form.get("account").or(hint) else {
        if decision == Some("cancel") {
            return Err(declined());
        }
        let accounts = &entra.directory.accounts;
        return Ok(Step::Page(page::accounts(
            request.application.name,
            accounts,
            asked,
        )));
    };
    let Some(account) = entra.directory.account(name).cloned() else {
        return Ok(Step::Page(page::refused(&Refusal::grant(
            50_034,
            format!(
                "The user account {name} does not exist in the directory. To sign into this application, the account must be added to the directory."
            ),
        ))));
    };
    if let Err(refusal) = may_enter(entra, &account, asked) {
        return match decision {
            Some("cancel") => Err(refusal.denied()),
            _ => Ok(Step::Page(page::stopped(&account, &refusal, asked))),
        };
    }
    if decision == Some("cancel") {
        return Err(declined());
    }
    if account.wants_mfa && !matches!(decision, Some("approve" | "accept")) {
        return Ok(Step::Page(page::approve(&account, asked)));
    }
    let agreed =
        account.consents.contains(&request.application.client_id) && prompt != Some("consent");
    if !agreed && request.application.wants_administrator {
        return if decision == Some("back") {
            Err(Refusal::new(
                "access_denied",
                90_094,
                "An administrator of the organization has set a policy that prevents you from granting the application the permissions it is requesting.",
            ))
        } else {
            Ok(Step::Page(page::administrator(
                request.application.name,
                &account,
                asked,
            )))
        };
    }
    let account = account.object_id;
    if let Some(account) = entra.directory.account_of_mut(account) {
        account.wants_mfa = false;
    }
    if !agreed && decision != Some("accept") {
        let account = entra.directory.account_of(account);
        return Ok(Step::Page(account.map_or_else(String::new, |account| {
            page::consent(request.application.name, account, &request.scopes, asked)
        })));
    }
    Ok(Step::Done(entra.code(request, account, asked)))
}

/// Refuses somebody of another directory, and those who are out.
fn may_enter(entra: &Entra, account: &Account, asked: &Asked) -> Result<(), Refusal> {
    let directory = &entra.directory;
    let home = directory.tenant(&account.tenant.to_string());
    let asked_tenant = directory.tenant(&asked.tenant);
    let is_guest =
        !is_any(&asked.tenant) && asked_tenant.is_none_or(|tenant| tenant.id != account.tenant);
    let is_personal = home.is_some_and(|home| home.personal);
    if is_personal || is_guest {
        let provider = if is_personal {
            "live.com"
        } else {
            "https://sts.windows.net/"
        };
        return Err(Refusal::request(
            50_020,
            format!(
                "User account '{}' from identity provider '{provider}' does not exist in tenant '{}' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.",
                account.name, asked.tenant
            ),
        ));
    }
    if account.disabled {
        return Err(Refusal::grant(50_057, "The user account is disabled."));
    }
    if account.blocked_by_policy {
        return Err(Refusal::grant(
            53_003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        ));
    }
    Ok(())
}

fn declined() -> Refusal {
    Refusal::new(
        "access_denied",
        65_004,
        "User declined to consent to access the app.",
    )
}

impl Entra {
    fn code(&mut self, request: &Request, account: Uuid, asked: &Asked) -> Code {
        let client = request.application.client_id;
        let mut tenant = Uuid::nil();
        if let Some(account) = self.directory.account_of_mut(account) {
            account.consents.insert(client);
            tenant = account.tenant;
        }
        let life = SignedDuration::from_secs(self.settings.code_seconds);
        Code {
            account,
            tenant,
            client,
            redirect: request.redirect.clone(),
            platform: request.platform,
            scopes: request.scopes.clone(),
            nonce: request.nonce.clone(),
            challenge: request.challenge.clone(),
            expires: asked.emulator.clock().now() + life,
            redeemed: false,
        }
    }
}

impl Target {
    fn refuse(&self, refusal: &Refusal) -> Response {
        let mut members = vec![("error", refusal.error)];
        let described = refusal.described();
        members.push(("error_description", &described));
        if refusal.code == 65_004 {
            members.push(("error_subcode", "cancel"));
        }
        self.send(&members)
    }

    fn send(&self, members: &[(&str, &str)]) -> Response {
        let mut members = members.to_vec();
        members.extend(self.state.as_deref().map(|state| ("state", state)));
        if self.mode == "form_post" {
            return page::html(page::form_post(&self.redirect, &members)).into_response();
        }
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let joined = members
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let separator = match self.mode.as_str() {
            "fragment" => '#',
            _ if self.redirect.contains('?') => '&',
            _ => '?',
        };
        let location = format!("{}{separator}{joined}", self.redirect);
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    }
}
