//! Who is known: tenants, people, applications, managed identities.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

/// The resource that Azure DevOps is to Entra.
pub const AZURE_DEVOPS: Uuid = Uuid::from_u128(0x499b_84ac_1321_427f_aa17_267c_a697_5798);

/// Everybody and everything that can be given a token.
#[derive(Debug)]
pub struct Directory {
    pub tenants: Vec<Tenant>,
    pub accounts: Vec<Account>,
    pub applications: Vec<Application>,
    pub managed_identities: Vec<ManagedIdentity>,
}

/// A directory of a company.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: Uuid,
    pub domain: &'static str,
    pub name: &'static str,
    /// Where personal Microsoft accounts live: no company's directory.
    pub personal: bool,
}

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the control API calls them: the role of the user in the organization, where they are one.
    pub role: String,
    pub tenant: Uuid,
    pub object_id: Uuid,
    /// What they sign in with.
    pub name: String,
    pub display_name: String,
    pub disabled: bool,
    /// Multi-factor authentication is wanted, and was not done yet.
    pub wants_mfa: bool,
    /// Conditional access keeps them out.
    pub blocked_by_policy: bool,
    /// The applications that they agreed to.
    pub consents: HashSet<Uuid>,
}

/// A registered application.
#[derive(Clone, Debug)]
pub struct Application {
    pub role: &'static str,
    pub client_id: Uuid,
    /// Where it is registered, and where its service principal lives.
    pub tenant: Uuid,
    pub audience: Audience,
    pub name: &'static str,
    pub secrets: Vec<Secret>,
    /// True where the one certificate of [`super::key::CERTIFICATE`] is registered with it.
    pub certificate: bool,
    pub federation: Option<Federation>,
    pub redirects: Vec<(Platform, String)>,
    /// "Allow public client flows": device codes, and no authentication of the client.
    pub public: bool,
    /// People cannot agree by themselves.
    pub wants_administrator: bool,
    /// Its service principal.
    pub object_id: Uuid,
}

/// Whose people may sign in to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    OwnTenant,
    AnyTenant,
}

/// A client secret.
#[derive(Clone, Debug)]
pub struct Secret {
    pub value: String,
    pub expires: Timestamp,
}

/// Whose tokens stand for an application's own credential.
#[derive(Clone, Debug)]
pub struct Federation {
    pub issuer: &'static str,
    pub subject: &'static str,
    pub audience: &'static str,
}

/// What a redirect URI is registered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    Web,
    /// A single page: its refresh tokens live for a day.
    Spa,
    Native,
}

/// An identity that the machine has; the first is the system's own.
#[derive(Clone, Debug)]
pub struct ManagedIdentity {
    pub role: &'static str,
    pub tenant: Uuid,
    pub client_id: Uuid,
    pub object_id: Uuid,
    pub resource_id: &'static str,
}

impl Directory {
    /// A tenant by its id or its domain.
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        let id = Uuid::parse_str(name).ok();
        self.tenants
            .iter()
            .find(|tenant| Some(tenant.id) == id || tenant.domain.eq_ignore_ascii_case(name))
    }

    /// An account by what its owner signs in with.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.name.eq_ignore_ascii_case(name))
    }

    /// An account by its object id.
    pub fn account_of(&self, object_id: Uuid) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.object_id == object_id)
    }

    /// The same, to change it.
    pub fn account_of_mut(&mut self, object_id: Uuid) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.object_id == object_id)
    }

    /// An application by its client id.
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        let id = Uuid::parse_str(client_id).ok()?;
        self.applications
            .iter()
            .find(|application| application.client_id == id)
    }
}

impl Application {
    /// The platform of a redirect URI, if it is registered. Of loopback addresses the port is not compared (RFC 8252, 7.3).
    pub fn platform(&self, redirect: &str) -> Option<Platform> {
        let asked = without_loopback_port(redirect);
        self.redirects
            .iter()
            .find(|(_, registered)| *registered == asked)
            .map(|(platform, _)| *platform)
    }
}

fn without_loopback_port(redirect: &str) -> String {
    for host in ["http://localhost", "http://127.0.0.1"] {
        let Some(rest) = redirect.strip_prefix(host) else {
            continue;
        };
        let port = rest.strip_prefix(':').unwrap_or("");
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            return format!("{host}{}", &port[digits..]);
        }
    }
    String::from(redirect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        for (asked, expected) in [
            ("http://localhost:8780/back", "http://localhost/back"),
            ("http://127.0.0.1:1/back?a=b", "http://127.0.0.1/back?a=b"),
            ("http://localhost:1@evil/back", "http://localhost@evil/back"),
            (
                "http://localhost.evil:1/back",
                "http://localhost.evil:1/back",
            ),
            (
                "https://adit.example:8443/back",
                "https://adit.example:8443/back",
            ),
        ] {
            assert_eq!(without_loopback_port(asked), expected);
        }
    }
}
