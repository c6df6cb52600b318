//! What a check has to know beforehand.

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

/// What kind of credential is checked: the kinds are governed by different policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A user of Entra, by browser or device code.
    User,
    /// A personal access token.
    PersonalAccessToken,
    /// A service principal, by secret, certificate or federation.
    ServicePrincipal,
    /// A managed identity.
    ManagedIdentity,
}

impl CredentialKind {
    /// The kind behind a connection's kind of credential, such as `device_code`.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "entra_user" | "device_code" => Some(Self::User),
            "personal_access_token" => Some(Self::PersonalAccessToken),
            "service_principal_secret" | "service_principal_certificate" | "workload_identity" => {
                Some(Self::ServicePrincipal)
            }
            "managed_identity" => Some(Self::ManagedIdentity),
            _ => None,
        }
    }
}

/// What another question with the same credential has shown: without it, a bare 401 says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Proof {
    /// It was accepted elsewhere: by the profile, by another organization, or Entra issued it just now.
    Accepted,
    /// It was refused elsewhere too.
    Refused,
    /// Nothing else was asked.
    #[default]
    NotTried,
}

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is checked.
    pub credential: CredentialKind,
    /// The Entra tenant that issued the credential, where one did.
    pub tenant: Option<Uuid>,
    /// What is known of the credential already.
    pub proof: Proof,
    /// The `identifier` of the root area of each project, where an earlier sync has read it: rights to
    /// work items are rights to areas, and no listing of all projects tells their ids.
    pub root_areas: HashMap<Uuid, Uuid>,
    /// How long one question may take, its repetitions included: somebody waits for the page.
    pub patience: Duration,
    /// How many permissions are asked in one request. No limit is documented; this many are some
    /// 300 KB, and let one request do for 500 projects.
    pub evaluations: usize,
    /// How many projects are asked one by one, a domain, where nothing asked for all at once can tell.
    pub one_by_one: usize,
    /// How many such questions are under way at once.
    pub concurrency: usize,
}

impl Options {
    /// The defaults for a kind of credential.
    pub fn new(credential: CredentialKind) -> Self {
        Self {
            credential,
            tenant: None,
            proof: Proof::NotTried,
            root_areas: HashMap::new(),
            // A delayed answer may take 30 seconds.
            patience: Duration::from_secs(45),
            evaluations: 2000,
            one_by_one: 100,
            concurrency: 8,
        }
    }
}
