//! Makes the directory: the same in every world, but for the names of the organization's own people.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Account, Application, Audience, Directory, Federation, ManagedIdentity, Platform, Secret,
    Tenant,
};
use crate::{
    clock,
    organization::{Kind, Organization, User, named},
};

/// The paths at which Adit is called back.
const CALLBACKS: [&str; 2] = [
    "/integrations/azure-devops/callback",
    "/sign-in/oidc/callback",
];

/// Where personal Microsoft accounts live.
const PERSONAL: Uuid = Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad);

/// The tenant that the main organization is connected to.
pub fn home_tenant() -> Uuid {
    named("tenant example.com")
}

/// A tenant that has nothing to do with the main organization.
pub fn foreign_tenant() -> Uuid {
    named("tenant woodgrove.example")
}

impl Directory {
    pub(crate) fn make(organization: &Organization) -> Self {
        Self {
            tenants: tenants(),
            accounts: accounts(organization),
            applications: applications(),
            managed_identities: managed_identities(),
        }
    }
}

fn tenants() -> Vec<Tenant> {
    let tenant = |id, domain, name, personal| Tenant {
        id,
        domain,
        name,
        personal,
    };
    vec![
        tenant(home_tenant(), "example.com", "Fabrikam", false),
        tenant(foreign_tenant(), "woodgrove.example", "Woodgrove", false),
        tenant(PERSONAL, "outlook.example", "Microsoft accounts", true),
    ]
}

fn accounts(organization: &Organization) -> Vec<Account> {
    let account = |role: &str, tenant, object_id, name: &str, display_name: &str| Account {
        role: String::from(role),
        tenant,
        object_id,
        name: String::from(name),
        display_name: String::from(display_name),
        disabled: false,
        wants_mfa: false,
        blocked_by_policy: false,
        consents: HashSet::new(),
    };
    let person = |user: &User| {
        let identity = &user.identity;
        account(
            user.role,
            home_tenant(),
            user.object_id,
            &identity.unique_name,
            &identity.display_name,
        )
    };
    let members = organization.users().iter();
    let mut accounts: Vec<Account> = members
        .filter(|user| user.kind == Kind::Person)
        .map(|user| person(user))
        .collect();
    for (role, tenant, name, display_name) in [
        (
            "stranger",
            home_tenant(),
            "stranger@example.com",
            "Nobody's Colleague",
        ),
        (
            "foreigner",
            foreign_tenant(),
            "visitor@woodgrove.example",
            "Visitor of Woodgrove",
        ),
        (
            "personal",
            PERSONAL,
            "somebody@outlook.example",
            "Somebody at Home",
        ),
    ] {
        let object_id = named(&format!("object {role}"));
        accounts.push(account(role, tenant, object_id, name, display_name));
    }
    accounts
}

fn applications() -> Vec<Application> {
    let plain = |role, name| Application {
        role,
        client_id: named(&format!("client {role}")),
        tenant: home_tenant(),
        audience: Audience::OwnTenant,
        name,
        secrets: vec![secret(role)],
        certificate: false,
        federation: None,
        redirects: Vec::new(),
        public: false,
        wants_administrator: false,
        object_id: named(&format!("object {role}")),
    };
    let web = CALLBACKS.iter().flat_map(|path| {
        ["http://localhost", "http://127.0.0.1"]
            .map(|host| (Platform::Web, format!("{host}{path}")))
    });
    vec![
        Application {
            audience: Audience::AnyTenant,
            certificate: true,
            redirects: web.collect(),
            public: true,
            ..plain("adit", "Adit")
        },
        Application {
            audience: Audience::AnyTenant,
            secrets: Vec::new(),
            redirects: vec![(Platform::Native, String::from("http://localhost"))],
            public: true,
            ..plain("terminal", "Adit on a terminal")
        },
        Application {
            certificate: true,
            federation: Some(Federation {
                issuer: "https://cluster.example.com",
                subject: "system:serviceaccount:adit:auth",
                audience: "api://AzureADTokenExchange",
            }),
            ..plain("robot", "Robot of Fabrikam")
        },
        plain("stray", "Robot without an organization"),
    ]
}

fn secret(role: &str) -> Secret {
    Secret {
        value: format!("emulated-secret-of-{role}-and-of-no-use-elsewhere"),
        expires: expiry(),
    }
}

/// When the secrets end that nobody has ended.
fn expiry() -> Timestamp {
    clock::start() + SignedDuration::from_hours(24 * 180)
}

fn managed_identities() -> Vec<ManagedIdentity> {
    let identity = |role, resource_id| ManagedIdentity {
        role,
        tenant: home_tenant(),
        client_id: named(&format!("client {role}")),
        object_id: named(&format!("object {role}")),
        resource_id,
    };
    vec![
        identity("machine", "/subscriptions/0/machine"),
        identity("spare-machine", "/subscriptions/0/spare-machine"),
    ]
}
