//! Device codes: a program without a browser asks, a person with one answers.

use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Entra, Grant, Refusal, Scopes,
    asked::{self, Asked},
    client::{Client, is_any},
    key::unguessable,
    page,
    token::Moment,
};

/// The letters of a user code: none looks like another.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ23456789";

/// A device that waits for a person.
#[derive(Clone, Debug)]
pub(super) struct Device {
    client: Uuid,
    scopes: Scopes,
    /// What the person types.
    user_code: String,
    /// The tenant of the path: only its people may answer.
    tenant: String,
    /// By the world's clock.
    expires: Timestamp,
    polled: Option<Timestamp>,
    answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    None,
    Declined,
    Account(Uuid),
}

/// Gives a device its codes.
pub(super) fn begin(asked: &Asked) -> Response {
    let mut world = asked.emulator.world_mut();
    match world.entra.begin_device(asked) {
        Ok(body) => asked::json(&body),
        Err(refusal) => asked.refuse(&refusal),
    }
}

/// The page on which a person enters the code.
pub(super) fn enter(asked: &Asked) -> Response {
    let mut world = asked.emulator.world_mut();
    page::html(world.entra.enter(asked)).into_response()
}

impl Entra {
    fn begin_device(&mut self, asked: &Asked) -> Result<Value, Refusal> {
        let client = self.client(asked)?;
        if !client.public {
            client.must_be_confidential()?;
        }
        let scopes = Scopes::parse(asked.needed("scope")?)?;
        let user_code: String = (0..9)
            .map(|_| {
                let letter: u8 = rand::random();
                char::from(LETTERS[usize::from(letter) % LETTERS.len()])
            })
            .collect();
        let device_code = unguessable();
        let settings = &self.settings;
        let page = format!("{}/login/{}/oauth2/deviceauth", asked.origin, asked.tenant);
        let answer = json!({
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": page,
            "expires_in": settings.device_seconds,
            "interval": settings.interval_seconds,
            "message": format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."),
        });
        let device = Device {
            client: client.id,
            scopes,
            user_code,
            tenant: asked.tenant.clone(),
            expires: asked.moment().now + SignedDuration::from_secs(settings.device_seconds),
            polled: None,
            answer: Answer::None,
        };
        self.devices.insert(device_code, device);
        Ok(answer)
    }

    fn enter(&mut self, asked: &Asked) -> String {
        let form = &asked.form;
        let Some(code) = form.get("user_code") else {
            return page::code(asked, "");
        };
        let now = asked.moment().now;
        let blocked = self.settings.device_codes_blocked;
        let Some(device) = self.devices.values_mut().find(|device| {
            device.user_code.eq_ignore_ascii_case(code.trim())
                && device.expires > now
                && device.answer == Answer::None
        }) else {
            return page::code(
                asked,
                "That code didn't work. Check the code and try again.",
            );
        };
        let name = self
            .directory
            .application(&device.client.to_string())
            .map_or("", |application| application.name);
        if form.get("decision") == Some("cancel") {
            device.answer = Answer::Declined;
            return page::told(
                "Cancelled",
                "You have cancelled the sign-in. You can close this window now.",
            );
        }
        let Some(account) = form
            .get("account")
            .and_then(|name| self.directory.account(name))
        else {
            return page::device_accounts(name, &self.directory.accounts, code, asked);
        };
        let tenant = self.directory.tenant(&device.tenant);
        let is_guest =
            !is_any(&device.tenant) && tenant.is_none_or(|tenant| tenant.id != account.tenant);
        if blocked || account.blocked_by_policy || account.disabled || is_guest {
            return page::refused(&Refusal::grant(
                53_003,
                "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
            ));
        }
        if form.get("decision") != Some("continue") {
            return page::device_confirm(name, account, code, asked);
        }
        device.answer = Answer::Account(account.object_id);
        let (account, client, shown) = (account.object_id, device.client, name);
        let told = page::told(
            &format!("You have signed in to {shown} on your device."),
            "You may now close this window.",
        );
        if let Some(account) = self.directory.account_of_mut(account) {
            account.consents.insert(client);
            account.wants_mfa = false;
        }
        told
    }

    /// Tokens for a device code, once a person has agreed.
    pub(super) fn poll(
        &mut self,
        client: &Client,
        asked: &Asked,
        moment: Moment<'_>,
    ) -> Result<Value, Refusal> {
        let code = asked.needed("device_code")?;
        let interval = SignedDuration::from_secs(self.settings.interval_seconds);
        let device = self
            .devices
            .get_mut(code)
            .filter(|device| device.client == client.id)
            .ok_or_else(|| {
                Refusal::new(
                    "bad_verification_code",
                    70_018,
                    "Invalid verification code due to User typing in wrong user code for device code flow.",
                )
            })?;
        // A second of grace: timers of clients are not that exact.
        let grace = SignedDuration::from_secs(1);
        let hasty = device
            .polled
            .is_some_and(|polled| moment.now.duration_since(polled) + grace < interval);
        device.polled = Some(moment.now);
        if device.expires <= moment.now {
            return Err(Refusal::new(
                "expired_token",
                70_020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        let account = match device.answer {
            Answer::Account(account) => account,
            Answer::Declined => {
                return Err(Refusal::new(
                    "authorization_declined",
                    70_017,
                    "The end user denied the authorization request.",
                ));
            }
            Answer::None if hasty => {
                return Err(Refusal::new(
                    "slow_down",
                    70_016,
                    "OAuth 2.0 device flow: the device asks too often. Increase the interval and continue polling.",
                ));
            }
            Answer::None => {
                return Err(Refusal::new(
                    "authorization_pending",
                    70_016,
                    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
                ));
            }
        };
        let scopes = device.scopes.clone();
        self.devices.remove(code);
        let tenant = self
            .directory
            .account_of(account)
            .map_or(Uuid::nil(), |account| account.tenant);
        let grant = Grant {
            account,
            tenant,
            client: client.id,
            scopes,
            confidential: client.confidential,
            spa: false,
            expires: moment.now + SignedDuration::from_secs(self.settings.refresh_seconds),
            revoked: false,
        };
        Ok(self.answer(grant, None, moment))
    }
}
