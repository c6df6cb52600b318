//! A browser, an application and a control API, in one process with the emulator.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use emulator::{
    Emulator, Seed,
    change::{self, Order},
    entra, wire,
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const SCOPE: &str =
    "499b84ac-1321-427f-aa17-267ca6975798/.default offline_access openid profile";
pub(crate) const APPLICATION_SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";
pub(crate) const REDIRECT: &str = "http://localhost:8780/integrations/azure-devops/callback";
/// The answer to [`CHALLENGE`]: the example of RFC 7636.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Names and values.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// An emulator, asked without a network.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    router: Router,
    directory: Value,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl World {
    pub(crate) fn new() -> Self {
        let emulator = Emulator::make(Seed::default()).unwrap();
        let router = wire::router(emulator.clone());
        let directory = entra::tell(&emulator.world().entra);
        Self {
            emulator,
            router,
            directory,
        }
    }

    pub(crate) fn tenant(&self) -> String {
        self.emulator.world().organization.tenant.to_string()
    }

    /// A part of what the control API tells of an application.
    pub(crate) fn application(&self, role: &str, pointer: &str) -> String {
        let applications = self.directory["applications"].as_array().unwrap();
        let found = applications
            .iter()
            .find(|application| application["role"] == role)
            .unwrap();
        found.pointer(pointer).unwrap().as_str().unwrap().to_owned()
    }

    pub(crate) fn change(&self, order: &Value) {
        let order: Order = serde_json::from_value(order.clone()).unwrap();
        change::carry_out(&mut self.emulator.world_mut(), &order).unwrap();
    }

    pub(crate) fn pass(&self, seconds: i64) {
        let by = jiff::SignedDuration::from_secs(seconds);
        self.emulator.clock().skip(by);
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: Pairs<'_>,
        body: String,
    ) -> Asked {
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "emulated");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = wire::lower_case_path(request.body(Body::from(body)).unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Asked {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        }
    }

    pub(crate) async fn get(&self, target: &str, headers: Pairs<'_>) -> Asked {
        self.send("GET", target, headers, String::new()).await
    }

    pub(crate) async fn post(&self, target: &str, form: Pairs<'_>) -> Asked {
        self.send("POST", target, &[], encoded(form)).await
    }

    /// Azure DevOps, as a client that knows of the header asks it.
    pub(crate) async fn ask(&self, path: &str, authorization: &str) -> Asked {
        let target = format!("/azure-devops/{path}");
        let headers = [
            ("authorization", authorization),
            ("x-tfs-fedauthredirect", "Suppress"),
        ];
        let shown = if authorization.is_empty() {
            &headers[1..]
        } else {
            &headers[..]
        };
        self.get(&target, shown).await
    }

    /// The page with which somebody signs in, with more or other parameters than usual.
    pub(crate) fn page(&self, more: Pairs<'_>) -> String {
        let id = self.application("adit", "/client_id");
        let mut parameters = vec![
            ("client_id", id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("response_mode", "query"),
            ("scope", SCOPE),
            ("state", "s & t"),
            ("nonce", "n"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        parameters.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        parameters.extend(more);
        let query = encoded(&parameters);
        format!("/login/organizations/oauth2/v2.0/authorize?{query}")
    }

    /// A code for somebody who agrees.
    pub(crate) async fn code(&self, name: &str) -> String {
        let pressed = [("account", name), ("decision", "accept")];
        let answer = self.post(&self.page(&[]), &pressed).await;
        answer.redirected("code").unwrap()
    }

    /// The token endpoint, asked by an application that shows its secret unless the form has another.
    pub(crate) async fn token(&self, role: &str, form: Pairs<'_>) -> Asked {
        let (id, secret) = (
            self.application(role, "/client_id"),
            self.application(role, "/secrets/0/value"),
        );
        let mut whole = vec![("client_id", id.as_str()), ("client_secret", &secret)];
        whole.retain(|(name, _)| form.iter().all(|(other, _)| other != name));
        whole.extend(form);
        let target = format!("/login/{}/oauth2/v2.0/token", self.tenant());
        self.post(&target, &whole).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Asked {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token("adit", &form).await
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(&self, name: &str) -> Value {
        let code = self.code(name).await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    /// What goes into the Authorization header of somebody who signed in.
    pub(crate) async fn bearer(&self, name: &str) -> String {
        format!(
            "Bearer {}",
            self.sign_in(name).await["access_token"].as_str().unwrap()
        )
    }

    pub(crate) async fn renew(&self, refresh_token: &str) -> Asked {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("scope", SCOPE),
        ];
        self.token("adit", &form).await
    }
}

impl Asked {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// OAuth's word and the AADSTS number.
    pub(crate) fn refusal(&self) -> (String, u64) {
        let body = self.json();
        let word = body["error"].as_str().unwrap_or_default();
        (
            word.to_owned(),
            body["error_codes"][0].as_u64().unwrap_or(0),
        )
    }

    /// A parameter of the redirect.
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location").split_once('?')?;
        let value = query
            .split('&')
            .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    }
}

/// As a form has it.
pub(crate) fn encoded(pairs: Pairs<'_>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}
