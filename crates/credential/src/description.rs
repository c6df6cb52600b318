//! What a credential is, without its secret.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Expiry, Refusal, retired};

/// Every kind, as it stands in the API, the database and the command line.
pub const KINDS: [&str; 7] = [
    "entra_user",
    "device_code",
    "service_principal_secret",
    "service_principal_certificate",
    "workload_identity",
    "managed_identity",
    "personal_access_token",
];

/// A refresh token lives so long from its issue, and each use gives a new one.
/// <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>
const REFRESH_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What a credential is, without its secret: stored as JSON beside the connection, shown to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Description {
    /// A person, signed in with a browser.
    EntraUser {
        /// Where they signed in.
        tenant_id: Uuid,
        /// Their name at sign-in, as `someone@contoso.com`.
        account: String,
        /// Their object in the tenant.
        object_id: String,
        /// Their name.
        #[serde(default)]
        display_name: String,
        /// When their refresh token was issued; see [`Description::renewed`].
        #[serde(default)]
        issued_at: Option<Timestamp>,
    },
    /// A person, signed in with a code on another device.
    DeviceCode {
        /// Where they signed in.
        tenant_id: Uuid,
        /// Their name at sign-in, as `someone@contoso.com`.
        account: String,
        /// Their object in the tenant.
        object_id: String,
        /// Their name.
        #[serde(default)]
        display_name: String,
        /// When their refresh token was issued; see [`Description::renewed`].
        #[serde(default)]
        issued_at: Option<Timestamp>,
    },
    /// An application with a client secret.
    ServicePrincipalSecret {
        /// Its tenant.
        tenant_id: Uuid,
        /// Its application id.
        client_id: Uuid,
        /// When the secret ends, if somebody said so: Entra does not.
        #[serde(default)]
        expires_on: Option<Timestamp>,
    },
    /// An application with a certificate.
    ServicePrincipalCertificate {
        /// Its tenant.
        tenant_id: Uuid,
        /// Its application id.
        client_id: Uuid,
        /// Of the certificate, as Entra's pages show it.
        thumbprint: String,
        /// When the certificate ends.
        #[serde(default)]
        expires_on: Option<Timestamp>,
    },
    /// A workload whose platform vouches for it with a token in a file. What is `None` is set in the process's environment.
    WorkloadIdentity {
        /// Its tenant.
        #[serde(default)]
        tenant_id: Option<Uuid>,
        /// Its application id.
        #[serde(default)]
        client_id: Option<Uuid>,
    },
    /// The identity of the machine in Azure that we run on.
    ManagedIdentity {
        /// Which of its identities; `None` is the one assigned by the system.
        #[serde(default)]
        client_id: Option<Uuid>,
    },
    /// A personal access token of one organization.
    PersonalAccessToken {
        /// When it ends, if somebody said so: Azure DevOps does not.
        #[serde(default)]
        expires_on: Option<Timestamp>,
    },
}

impl Description {
    /// One of [`KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::EntraUser { .. } => "entra_user",
            Self::DeviceCode { .. } => "device_code",
            Self::ServicePrincipalSecret { .. } => "service_principal_secret",
            Self::ServicePrincipalCertificate { .. } => "service_principal_certificate",
            Self::WorkloadIdentity { .. } => "workload_identity",
            Self::ManagedIdentity { .. } => "managed_identity",
            Self::PersonalAccessToken { .. } => "personal_access_token",
        }
    }

    /// What it is, for people, in a few words.
    pub fn label(&self) -> String {
        match self {
            Self::EntraUser { account, .. } => format!("Microsoft Entra user {account}"),
            Self::DeviceCode { account, .. } => {
                format!("Microsoft Entra user {account} (device code)")
            }
            Self::ServicePrincipalSecret { client_id, .. } => {
                format!("Service principal {client_id} (client secret)")
            }
            Self::ServicePrincipalCertificate { client_id, .. } => {
                format!("Service principal {client_id} (certificate)")
            }
            Self::WorkloadIdentity { client_id, .. } => match client_id {
                Some(client_id) => format!("Workload identity {client_id}"),
                None => "Workload identity".to_owned(),
            },
            Self::ManagedIdentity { client_id } => match client_id {
                Some(client_id) => format!("Managed identity {client_id}"),
                None => "Managed identity of the system".to_owned(),
            },
            Self::PersonalAccessToken { .. } => "Personal access token".to_owned(),
        }
    }

    /// Whether a secret must be kept for it.
    pub fn has_secret(&self) -> bool {
        !matches!(
            self,
            Self::WorkloadIdentity { .. } | Self::ManagedIdentity { .. }
        )
    }

    /// When it ends, as far as anybody knows.
    pub fn expires_on(&self) -> Option<Timestamp> {
        match self {
            Self::EntraUser { issued_at, .. } | Self::DeviceCode { issued_at, .. } => {
                issued_at.and_then(|at| at.checked_add(REFRESH_TOKEN_LIFE).ok())
            }
            Self::ServicePrincipalSecret { expires_on, .. }
            | Self::ServicePrincipalCertificate { expires_on, .. }
            | Self::PersonalAccessToken { expires_on } => *expires_on,
            Self::WorkloadIdentity { .. } | Self::ManagedIdentity { .. } => None,
        }
    }

    /// How near its end is, and what to do about it.
    pub fn expiry(&self, now: Timestamp) -> Option<Expiry> {
        self.expires_on().map(|on| Expiry::new(self, on, now))
    }

    /// What may end it unseen, whatever its date.
    pub fn caution(&self) -> Option<&'static str> {
        match self {
            Self::EntraUser { .. } | Self::DeviceCode { .. } => {
                Some("it ends when it is not used for 90 days, as when the connection is paused")
            }
            Self::ServicePrincipalSecret {
                expires_on: None, ..
            } => Some(
                "nobody but Entra knows when the client secret ends: give the date, to be warned before",
            ),
            Self::PersonalAccessToken { expires_on: None } => Some(
                "nobody but its owner knows when it ends: give the date, to be warned before; Azure DevOps may also refuse it once \
                 its owner has not signed in for 90 days",
            ),
            Self::PersonalAccessToken { .. } => {
                Some("Azure DevOps may refuse it once its owner has not signed in for 90 days")
            }
            _ => None,
        }
    }

    /// Says that a new refresh token was issued at this instant: its life begins anew.
    pub fn renewed(&mut self, at: Timestamp) {
        if let Self::EntraUser { issued_at, .. } | Self::DeviceCode { issued_at, .. } = self {
            *issued_at = Some(at);
        }
    }
}

/// What Microsoft still honours after a connection was deleted here, and where a person ends it. Entra lets an application give
/// back no token, and Azure DevOps lets a personal access token not end itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// What remains, and what to do, for people.
    pub explanation: &'static str,
    /// Where.
    pub link: &'static str,
}

impl Description {
    /// What remains after its connection is deleted, if anything.
    pub fn remainder(&self) -> Option<Remainder> {
        let (explanation, link) = match self {
            Self::EntraUser { .. } | Self::DeviceCode { .. } => (
                "the consent to Adit remains until the person or an administrator takes it back",
                "https://myapps.microsoft.com",
            ),
            Self::ServicePrincipalSecret { .. } | Self::ServicePrincipalCertificate { .. } => (
                "the client secret or certificate remains valid until it is removed from the application",
                "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
            ),
            Self::PersonalAccessToken { .. } => (
                "the personal access token remains valid until its owner revokes it (User settings, Personal access tokens)",
                "https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate#revoke-a-pat",
            ),
            Self::WorkloadIdentity { .. } | Self::ManagedIdentity { .. } => return None,
        };
        Some(Remainder { explanation, link })
    }
}

/// Refuses a kind that there is not; one that there was, with what to use instead.
pub fn check_kind(kind: &str) -> Result<(), Refusal> {
    if KINDS.contains(&kind) {
        return Ok(());
    }
    Err(retired::kind(kind).unwrap_or_else(|| {
        let shown: String = kind.chars().take(50).collect();
        Refusal::misconfigured(
            "unknown_kind",
            format!("{shown:?} is no kind of credential"),
            format!("use one of {}", KINDS.join(", ")),
        )
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One of each kind, as it is stored with the least that it can have.
    fn each() -> Vec<Description> {
        let id = Uuid::from_u128(7);
        let person = json!({ "tenant_id": id, "account": "ada@contoso.example", "object_id": "x" });
        let application = json!({ "tenant_id": id, "client_id": id, "thumbprint": "AB" });
        let stored = |kind: &&str| {
            let mut stored = match *kind {
                "entra_user" | "device_code" => person.clone(),
                "service_principal_secret" | "service_principal_certificate" => application.clone(),
                _ => json!({}),
            };
            stored["kind"] = json!(kind);
            serde_json::from_value(stored).unwrap()
        };
        KINDS.iter().map(stored).collect()
    }

    #[test]
    fn each_kind_is_stored_under_its_name_and_read_again() {
        for (description, kind) in each().into_iter().zip(KINDS) {
            assert_eq!(description.kind(), kind);
            assert!(!description.label().is_empty());
            let stored = serde_json::to_value(&description).unwrap();
            assert_eq!(stored["kind"], kind);
            assert_eq!(
                serde_json::from_value::<Description>(stored).unwrap(),
                description
            );
        }
    }

    #[test]
    fn what_is_no_kind_is_answered_with_those_there_are() {
        assert_eq!(check_kind("managed_identity"), Ok(()));
        let refusal = check_kind("password").unwrap_err();
        assert_eq!(refusal.reason, "unknown_kind");
        assert!(refusal.remedy.contains("managed_identity"));
        assert_eq!(
            check_kind("azure_devops_oauth").unwrap_err().reason,
            "retired"
        );
    }

    #[test]
    fn a_sign_in_lives_ninety_days_from_its_last_renewal() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for mut description in each() {
            description.renewed(at("2026-11-23T12:00:00Z"));
            let person = matches!(description.kind(), "entra_user" | "device_code");
            let end = person.then(|| at("2027-02-21T12:00:00Z"));
            assert_eq!(description.expires_on(), end, "{}", description.kind());
        }
    }

    #[test]
    fn an_end_is_warned_of_before_it_comes() {
        let token = Description::PersonalAccessToken {
            expires_on: Some("2027-02-21T12:00:00Z".parse().unwrap()),
        };
        for (now, days, warning) in [
            ("2026-11-23T12:00:00Z", 90, crate::Warning::Far),
            ("2027-01-22T12:00:00Z", 30, crate::Warning::Soon),
            ("2027-02-14T12:00:00Z", 7, crate::Warning::Urgent),
            ("2027-02-21T11:00:00Z", 0, crate::Warning::Urgent),
            ("2027-02-21T12:00:00Z", 0, crate::Warning::Past),
            ("2027-02-21T13:00:00Z", -1, crate::Warning::Past),
        ] {
            let expiry = token.expiry(now.parse().unwrap()).unwrap();
            assert_eq!((expiry.days, expiry.warning), (days, warning), "{now}");
            assert!(!expiry.remedy.is_empty());
        }
    }
}
