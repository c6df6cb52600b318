//! An Entra that a test describes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_lc_rs::rsa;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential::{Arguments, Options, Patience, Proof, Tenants, Ways};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7e);
pub(crate) const CLIENT: Uuid = Uuid::from_u128(0xc1);
/// Seconds of the instant at which all of it happens.
pub(crate) const NOW: i64 = 1_795_435_200;

pub(crate) fn clock() -> Timestamp {
    Timestamp::from_second(NOW).expect("what the test made itself")
}

/// A key that signs, as an issuer has it.
pub(crate) struct Signer {
    pub(crate) kid: &'static str,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
    pub(crate) key: rsa::KeyPair,
}

impl Signer {
    pub(crate) fn new(kid: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)
            .expect("what the test made itself");
        let mut parameters = rcgen::CertificateParams::new(vec!["adit.example".to_owned()])
            .expect("what the test made itself");
        parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2027, 1, 1);
        let certificate = parameters
            .self_signed(&pair)
            .expect("what the test made itself");
        Self {
            kid,
            certificate_pem: certificate.pem(),
            key_pem: pair.serialize_pem(),
            key: rsa::KeyPair::from_pkcs8(pair.serialized_der())
                .expect("what the test made itself"),
        }
    }

    pub(crate) fn pem(&self) -> SecretString {
        SecretString::from(format!("{}{}", self.key_pem, self.certificate_pem))
    }

    pub(crate) fn published(&self) -> Value {
        use aws_lc_rs::signature::KeyPair as _;
        let public = self.key.public_key();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": encode(public.modulus().big_endian_without_leading_zero()),
            "e": encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.to_owned());
        let key =
            EncodingKey::from_rsa_pem(self.key_pem.as_bytes()).expect("what the test made itself");
        jsonwebtoken::encode(&header, claims, &key).expect("what the test made itself")
    }
}

/// Making a key takes a while: this one is everybody's.
pub(crate) static FIRST: LazyLock<Signer> = LazyLock::new(|| Signer::new("first"));

/// An Entra under `/login`.
pub(crate) struct Entra {
    pub(crate) server: MockServer,
    pub(crate) signer: &'static Signer,
}

impl Entra {
    /// It publishes its key, and answers nothing else yet.
    pub(crate) async fn start() -> Self {
        let entra = Self {
            server: MockServer::start().await,
            signer: &FIRST,
        };
        entra.publish(&[entra.signer.published()], None).await;
        entra
    }

    pub(crate) async fn publish(&self, keys: &[Value], times: Option<u64>) {
        let mock = Mock::given(method("GET"))
            .and(path("/login/organizations/discovery/v2.0/keys"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "keys": keys })));
        let mock = match times {
            // In front of the one that answers always.
            Some(times) => mock.up_to_n_times(times).with_priority(1),
            None => mock,
        };
        mock.mount(&self.server).await;
    }

    pub(crate) fn url(&self, under: &str) -> Url {
        format!("{}/{under}", self.server.uri())
            .parse()
            .expect("what the test made itself")
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            login_url: self.url("login"),
            arguments: Arguments {
                entra_client_id: Some(CLIENT),
                entra_tenants: Tenants::default(),
                imds_url: self.url("imds"),
                identity_endpoint: None,
                identity_header: None,
                azure_client_id: None,
                azure_tenant_id: None,
                azure_federated_token_file: None,
                azure_authority_host: None,
            },
            proof: Proof::Secret(Arc::new(|| Ok("canary-of-our-own".into()))),
            patience: Patience {
                first: Duration::from_millis(1),
                longest: Duration::from_millis(4),
                overall: Duration::from_millis(200),
            },
        }
    }

    pub(crate) fn ways(&self) -> Ways {
        Ways::new(self.options(), clock).expect("what the test made itself")
    }

    pub(crate) async fn answers(&self, response: ResponseTemplate) {
        self.answers_at(&format!("{TENANT}/oauth2/v2.0/token"), response)
            .await;
    }

    pub(crate) async fn answers_at(&self, under: &str, response: ResponseTemplate) {
        Mock::given(method("POST"))
            .and(path(format!("/login/{under}")))
            .respond_with(response)
            .mount(&self.server)
            .await;
    }

    /// An error, as the token endpoint says it.
    pub(crate) async fn refuses(&self, status: u16, error: &str, code: u32) {
        self.answers(ResponseTemplate::new(status).set_body_json(fault(error, code)))
            .await;
    }

    /// What was asked, by path; the queries as `?…`.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self
            .server
            .received_requests()
            .await
            .expect("what the test made itself");
        let path = |request: &wiremock::Request| request.url.path().to_owned();
        requests.iter().map(path).collect()
    }

    /// The forms that were posted.
    pub(crate) async fn forms(&self) -> Vec<BTreeMap<String, String>> {
        let requests = self
            .server
            .received_requests()
            .await
            .expect("what the test made itself");
        let posted = requests.iter().filter(|request| request.method == "POST");
        let form = |request: &wiremock::Request| {
            let pairs = url::form_urlencoded::parse(&request.body);
            pairs.into_owned().collect::<BTreeMap<_, _>>()
        };
        posted.map(form).collect()
    }
}

/// The body of an error.
pub(crate) fn fault(error: &str, code: u32) -> Value {
    json!({
        "error": error,
        "error_description": format!(
            "AADSTS{code}: Something is wrong. Trace ID: 0a Correlation ID: 0b Timestamp: 2026-11-23 12:00:00Z"
        ),
        "error_codes": [code],
    })
}

/// The body of an answer with tokens.
pub(crate) fn tokens(id_token: Option<&str>) -> Value {
    let mut tokens = json!({
        "token_type": "Bearer",
        "scope": "499b84ac-1321-427f-aa17-267ca6975798/vso.code",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "canary-access",
        "refresh_token": "canary-refresh-next",
    });
    if let Some(id_token) = id_token {
        tokens["id_token"] = Value::from(id_token);
    }
    tokens
}
