//! Scopes: what is asked for, and of which resource.

use uuid::Uuid;

use super::{AZURE_DEVOPS, Refusal};

/// Microsoft Graph, whose tokens those get who name no resource.
const GRAPH: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);

/// The URI by which Azure DevOps may be named in place of its id.
const AZURE_DEVOPS_URI: &str = "https://app.vssps.visualstudio.com";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// The token's audience.
    pub resource: Uuid,
    /// The scopes of the resource, without its name.
    pub names: Vec<String>,
    /// An id token is wanted.
    pub openid: bool,
    /// A refresh token is wanted.
    pub offline: bool,
}

impl Scopes {
    /// Reads a list of scopes, separated by spaces.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut scopes = Self {
            resource: GRAPH,
            names: Vec::new(),
            openid: false,
            offline: false,
        };
        let mut resource = None;
        for word in text.split_whitespace() {
            match word {
                "openid" => scopes.openid = true,
                "offline_access" => scopes.offline = true,
                "profile" | "email" => {}
                _ => {
                    let (named, name) = split(word)?;
                    if *resource.get_or_insert(named) != named {
                        return Err(Refusal::new(
                            "invalid_scope",
                            28_000,
                            format!(
                                "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {text} is not valid."
                            ),
                        ));
                    }
                    scopes.names.push(name);
                }
            }
        }
        scopes.resource = resource.unwrap_or(GRAPH);
        if scopes.names.len() > 1 && scopes.names.iter().any(|name| name == ".default") {
            return Err(Refusal::new(
                "invalid_scope",
                70_011,
                format!(
                    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {text} is not valid. .default scope can't be combined with resource-specific scopes."
                ),
            ));
        }
        Ok(scopes)
    }

    /// True where the token is for Azure DevOps.
    pub fn for_azure_devops(&self) -> bool {
        self.resource == AZURE_DEVOPS
    }

    /// What was granted, as the answer tells it.
    pub fn granted(&self) -> String {
        let resource = self.resource;
        let mut words: Vec<String> = Vec::new();
        if self.names.iter().any(|name| name == ".default") {
            words.push(format!("{resource}/user_impersonation"));
        }
        words.extend(self.names.iter().map(|name| format!("{resource}/{name}")));
        if words.is_empty() {
            words.extend(["openid", "profile", "email"].map(String::from));
        }
        words.join(" ")
    }

    /// The scopes as the access token has them.
    pub fn claimed(&self) -> String {
        let named = |name: &String| {
            if name == ".default" {
                String::from("user_impersonation")
            } else {
                name.clone()
            }
        };
        self.names.iter().map(named).collect::<Vec<_>>().join(" ")
    }
}

fn split(word: &str) -> Result<(Uuid, String), Refusal> {
    let unknown = || {
        Refusal::new(
            "invalid_resource",
            500_011,
            format!(
                "The resource principal named {word} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
            ),
        )
    };
    let (resource, name) = word.rsplit_once('/').unwrap_or(("", word));
    let resource = resource.trim_end_matches('/');
    if resource.is_empty() || resource == "https://graph.microsoft.com" {
        return Ok((GRAPH, String::from(name)));
    }
    if resource == AZURE_DEVOPS_URI || Uuid::parse_str(resource) == Ok(AZURE_DEVOPS) {
        return Ok((AZURE_DEVOPS, String::from(name)));
    }
    Err(unknown())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_name_one_resource_and_default_stands_alone() {
        let id = "499b84ac-1321-427f-aa17-267ca6975798";
        let scopes =
            Scopes::parse(&format!("{id}/.default offline_access openid profile")).unwrap();
        assert!(scopes.openid && scopes.offline && scopes.for_azure_devops());
        assert_eq!(scopes.claimed(), "user_impersonation");
        for (text, code) in [
            (format!("{id}/.default {id}/vso.code"), 70_011),
            (format!("{id}/.default User.Read"), 28_000),
            (String::from("api://somebody/.default"), 500_011),
        ] {
            assert_eq!(Scopes::parse(&text).unwrap_err().code, code, "{text}");
        }
        assert!(!Scopes::parse("openid email").unwrap().for_azure_devops());
    }
}
