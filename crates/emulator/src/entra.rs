//! Microsoft Entra, and the machine's own token services: who signs in, and what tokens they get.

mod asked;
mod assertion;
mod authorize;
mod change;
mod client;
mod code;
mod device;
mod directory;
mod exchange;
mod key;
mod machine;
mod make;
mod metadata;
mod page;
mod refusal;
mod scope;
mod tell;
mod token;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::organization::Organization;

pub use self::{
    change::change,
    directory::{
        AZURE_DEVOPS, Account, Application, Audience, Directory, Federation, ManagedIdentity,
        Platform, Secret, Tenant,
    },
    exchange::routes,
    make::{foreign_tenant, home_tenant},
    refusal::Refusal,
    scope::Scopes,
    tell::{federated_token, tell},
    token::{Access, Grant, Spoil},
};

/// The directory, and all that it has given out.
#[derive(Debug)]
pub struct Entra {
    pub directory: Directory,
    pub settings: Settings,
    tokens: HashMap<String, Access>,
    grants: HashMap<String, Grant>,
    codes: HashMap<String, code::Code>,
    devices: HashMap<String, device::Device>,
    /// The assertions that were used, by client and `jti`.
    assertions: HashSet<(Uuid, String)>,
    /// What is wrong with the next id token.
    spoil: Option<Spoil>,
}

/// How long things live, in seconds of the world's clock.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Settings {
    pub token_seconds: i64,
    pub refresh_seconds: i64,
    pub code_seconds: i64,
    pub device_seconds: i64,
    /// How often a client may ask whether the device code was entered.
    pub interval_seconds: i64,
    /// Conditional access forbids device codes.
    pub device_codes_blocked: bool,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub object_id: Uuid,
    /// The tenant that issued the token.
    pub tenant: Uuid,
    pub client: Uuid,
    /// A person, and not an application or a machine.
    pub is_user: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_seconds: 4_200,
            refresh_seconds: 90 * 24 * 3_600,
            code_seconds: 600,
            device_seconds: 900,
            interval_seconds: 5,
            device_codes_blocked: false,
        }
    }
}

impl Entra {
    pub(crate) fn make(organization: &Organization) -> Self {
        Self {
            directory: Directory::make(organization),
            settings: Settings::default(),
            tokens: HashMap::new(),
            grants: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            assertions: HashSet::new(),
            spoil: None,
        }
    }
}
