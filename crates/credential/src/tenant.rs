//! Where in Entra somebody signs in.

use std::fmt;
use std::str::FromStr;

use uuid::{Uuid, uuid};

use crate::Refusal;

/// The tenant of all personal Microsoft accounts.
const PERSONAL: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

/// A tenant, as it stands in the path of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// The home tenant of whoever signs in, personal accounts excepted.
    Organizations,
    Id(Uuid),
    Domain(String),
}

impl FromStr for Tenant {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("organizations") || text.is_empty() {
            return Ok(Self::Organizations);
        }
        if text.eq_ignore_ascii_case("consumers") {
            return Err(microsoft_account());
        }
        if let Ok(id) = text.parse::<Uuid>() {
            check(id)?;
            return Ok(Self::Id(id));
        }
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if text.len() <= 253 && text.contains('.') && text.split('.').all(label) {
            return Ok(Self::Domain(text.to_ascii_lowercase()));
        }
        Err(Refusal::misconfigured(
            "unknown_tenant",
            "this is no tenant of Microsoft Entra",
            "give its id (a guid) or one of its domains, as contoso.onmicrosoft.com",
        ))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organizations => formatter.write_str("organizations"),
            Self::Id(id) => id.fmt(formatter),
            Self::Domain(domain) => formatter.write_str(domain),
        }
    }
}

/// Refuses the tenants that stand for personal accounts: an organization of such has the tenant 00000000-….
pub(crate) fn check(id: Uuid) -> Result<(), Refusal> {
    if id.is_nil() || id == PERSONAL {
        return Err(microsoft_account());
    }
    Ok(())
}

fn microsoft_account() -> Refusal {
    Refusal::misconfigured(
        "microsoft_account",
        "this organization belongs to personal Microsoft accounts, not to a tenant of Microsoft Entra, and a sign-in with \
         Entra does not reach it",
        "connect it with a personal access token made in that organization, or connect the organization to a tenant first",
    )
    .link("https://learn.microsoft.com/azure/devops/organizations/accounts/connect-organization-to-azure-ad")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_guid_a_domain_or_all_organizations() {
        for (given, path) in [
            ("organizations", "organizations"),
            ("", "organizations"),
            ("Contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
            (
                "72F988BF-86F1-41AF-91AB-2D7CD011DB47",
                "72f988bf-86f1-41af-91ab-2d7cd011db47",
            ),
        ] {
            assert_eq!(given.parse::<Tenant>().unwrap().to_string(), path);
        }
    }

    #[test]
    fn what_would_change_the_path_or_let_everybody_in_is_refused() {
        for given in [
            "common", "../evil", "a.b/c", "a..b", "a.b?x", "a b.c", "contoso",
        ] {
            let refusal = given.parse::<Tenant>().unwrap_err();
            assert_eq!(refusal.reason, "unknown_tenant", "{given}");
        }
    }

    #[test]
    fn personal_accounts_are_sent_to_the_personal_access_token() {
        for given in [
            "00000000-0000-0000-0000-000000000000",
            "9188040d-6c67-4c5b-b112-36a304b66dad",
            "consumers",
        ] {
            let refusal = given.parse::<Tenant>().unwrap_err();
            assert_eq!(refusal.reason, "microsoft_account");
            assert!(refusal.remedy.contains("personal access token"));
        }
    }
}
