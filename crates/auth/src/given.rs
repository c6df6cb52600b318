//! What somebody gives to sign in with, and what somebody wants a connection to be, checked before anybody else is bothered.

use std::fmt;

use credential::{Description, Ways, check_kind};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::refusal::Refusal;

const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 1_000;
const LONGEST_TAG: usize = 50;
const MOST_TAGS: usize = 50;
const MOST_ORGANIZATIONS: usize = 500;

/// What somebody gives to sign in with.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Given {
    /// A personal access token of one organization.
    PersonalAccessToken {
        /// The token.
        token: SecretString,
        /// When it ends: Azure DevOps does not say.
        #[serde(default)]
        expires_on: Option<Timestamp>,
    },
    /// An application with a client secret.
    ServicePrincipalSecret {
        /// Its tenant.
        tenant_id: Uuid,
        /// Its application id.
        client_id: Uuid,
        /// The secret.
        client_secret: SecretString,
        /// When the secret ends: Entra does not say.
        #[serde(default)]
        expires_on: Option<Timestamp>,
    },
    /// An application with a certificate.
    ServicePrincipalCertificate {
        /// Its tenant.
        tenant_id: Uuid,
        /// Its application id.
        client_id: Uuid,
        /// Certificate and private key as PEM.
        certificate: SecretString,
    },
    /// A workload whose platform vouches for it.
    WorkloadIdentity {
        /// Its tenant.
        #[serde(default)]
        tenant_id: Option<Uuid>,
        /// Its application id.
        #[serde(default)]
        client_id: Option<Uuid>,
    },
    /// The identity of the machine.
    ManagedIdentity {
        /// Which of its identities.
        #[serde(default)]
        client_id: Option<Uuid>,
    },
    /// A sign-in of a person, which has been done.
    Draft {
        /// Its id.
        draft: Uuid,
    },
}

impl Given {
    /// Reads what came as JSON. A kind that there is no more is refused with what to use instead. Nothing of what was given
    /// is repeated.
    pub fn read(given: Value) -> Result<Self, Refusal> {
        let kind = given
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if kind != "draft" {
            check_kind(kind)?;
        }
        let kind = kind.to_owned();
        serde_json::from_value(given).map_err(|_| {
            Refusal::wrong(
                format!("this is no credential of the kind `{kind}`"),
                format!("give {}", members(&kind)),
            )
        })
    }

    /// What it is, and its secret with the name that it is kept by. Nothing for a draft, which is kept already.
    pub(crate) fn into_parts(self) -> Result<Parts, Refusal> {
        Ok(match self {
            Self::PersonalAccessToken { token, expires_on } => Parts::with(
                Description::PersonalAccessToken { expires_on },
                "personal_access_token",
                trimmed(&token),
            ),
            Self::ServicePrincipalSecret {
                tenant_id,
                client_id,
                client_secret,
                expires_on,
            } => Parts::with(
                Description::ServicePrincipalSecret {
                    tenant_id,
                    client_id,
                    expires_on,
                },
                "client_secret",
                trimmed(&client_secret),
            ),
            Self::ServicePrincipalCertificate {
                tenant_id,
                client_id,
                certificate,
            } => Parts::with(
                Ways::certificate(tenant_id, client_id, &certificate)?,
                "certificate",
                certificate,
            ),
            Self::WorkloadIdentity {
                tenant_id,
                client_id,
            } => Parts::without(Description::WorkloadIdentity {
                tenant_id,
                client_id,
            }),
            Self::ManagedIdentity { client_id } => {
                Parts::without(Description::ManagedIdentity { client_id })
            }
            Self::Draft { .. } => {
                return Err(Refusal::wrong("a draft is kept already", "save it"));
            }
        })
    }
}

/// What a credential is made of.
pub(crate) struct Parts {
    pub(crate) description: Description,
    pub(crate) secret: Option<(&'static str, SecretString)>,
}

impl Parts {
    fn with(description: Description, name: &'static str, secret: SecretString) -> Self {
        Self {
            description,
            secret: Some((name, secret)),
        }
    }

    fn without(description: Description) -> Self {
        Self {
            description,
            secret: None,
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Parts({:?})", self.description)
    }
}

fn members(kind: &str) -> &'static str {
    match kind {
        "service_principal_secret" => "tenant_id, client_id and client_secret",
        "service_principal_certificate" => {
            "tenant_id, client_id and certificate (PEM, with the private key)"
        }
        "workload_identity" => "tenant_id and client_id, or nothing",
        "managed_identity" => "client_id, or nothing",
        "personal_access_token" => "token, and expires_on if you know it",
        _ => "draft: the id that a sign-in ended with",
    }
}

/// Editors end files with a newline.
fn trimmed(secret: &SecretString) -> SecretString {
    use secrecy::ExposeSecret as _;
    SecretString::from(secret.expose_secret().trim().to_owned())
}

pub(crate) fn name(given: &str) -> Result<String, Refusal> {
    let name = text("name", given, LONGEST_NAME)?;
    if name.is_empty() {
        return Err(Refusal::wrong(
            "a connection needs a name",
            "give it one, such as the organization's",
        ));
    }
    if name.parse::<Uuid>().is_ok() {
        return Err(Refusal::wrong(
            "a connection's name cannot look like a guid",
            "choose another: connections are found by either",
        ));
    }
    Ok(name)
}

pub(crate) fn description(given: &str) -> Result<String, Refusal> {
    text("description", given, LONGEST_DESCRIPTION)
}

pub(crate) fn tags(given: &[String]) -> Result<Vec<String>, Refusal> {
    let mut tags = Vec::new();
    for tag in given {
        let tag = text("tag", tag, LONGEST_TAG)?;
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(Refusal::wrong(
            format!("these are more than {MOST_TAGS} tags"),
            "keep those that you search by",
        ));
    }
    Ok(tags)
}

/// Only how many they are: their names are read where they are asked for.
pub(crate) fn organizations(given: Vec<String>) -> Result<Vec<String>, Refusal> {
    let named: Vec<String> = given
        .into_iter()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    if named.len() > MOST_ORGANIZATIONS {
        return Err(Refusal::wrong(
            format!("these are more than {MOST_ORGANIZATIONS} organizations"),
            "name none to have all that the credential can list, or make several connections",
        ));
    }
    Ok(named)
}

fn text(what: &str, given: &str, longest: usize) -> Result<String, Refusal> {
    let text = given.trim();
    if text.chars().count() > longest {
        return Err(Refusal::wrong(
            format!("the {what} is longer than {longest} characters"),
            "shorten it",
        ));
    }
    // A line end in a description is one; elsewhere it would break a table, and NUL a statement.
    let is_allowed =
        |letter: char| !letter.is_control() || (what == "description" && letter == '\n');
    let text = text.replace("\r\n", "\n");
    if !text.chars().all(is_allowed) {
        return Err(Refusal::wrong(
            format!("the {what} holds control characters"),
            "take them out",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let check = |result: Result<String, Refusal>, expected: &str| {
            let refusal = result.unwrap_err().to_string();
            assert!(refusal.contains(expected), "{refusal}");
        };
        check(name(" "), "needs a name");
        check(name("a\0b"), "control characters");
        check(name(&Uuid::nil().to_string()), "guid");
        check(name(&"a".repeat(101)), "longer than 100");
        check(description(&"a".repeat(1_001)), "description");
        assert_eq!(name(" Work ").unwrap(), "Work");
        assert_eq!(description("a\r\nb").unwrap(), "a\nb");
        let given = ["a", " a", ""].map(str::to_owned);
        assert_eq!(tags(&given).unwrap(), ["a"]);
    }

    #[test]
    fn a_credential_that_cannot_be_read_is_not_repeated() {
        for given in [
            json!({ "kind": "personal_access_token", "tokn": "canary" }),
            json!({ "kind": "service_principal_secret", "client_id": "canary", "client_secret": "canary" }),
            json!({ "kind": "draft", "draft": "canary" }),
            json!({ "kind": "azure_devops_oauth", "token": "canary" }),
            json!({ "kind": "nonsense", "token": "canary" }),
            json!({ "token": "canary" }),
            json!("canary"),
        ] {
            let refusal = Given::read(given.clone()).unwrap_err();
            let shown = format!("{refusal} {refusal:?}");
            assert!(!shown.contains("canary"), "{given}: {shown}");
            assert!(!refusal.remedy.is_empty(), "{given}");
        }
    }

    #[test]
    fn what_is_retired_says_what_to_use_instead() {
        let given = json!({ "kind": "azure_devops_oauth", "token": "x" });
        let refusal = Given::read(given).unwrap_err();
        assert!(refusal.remedy.contains("Microsoft"), "{refusal}");
    }

    #[test]
    fn nothing_shows_a_secret() {
        let given = json!({ "kind": "personal_access_token", "token": "canary\n" });
        let given = Given::read(given).unwrap();
        assert!(!format!("{given:?}").contains("canary"));
        assert!(!format!("{:?}", given.into_parts().unwrap()).contains("canary"));
    }
}
