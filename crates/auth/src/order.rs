//! What somebody asks for when they add a connection, checked before anybody else is bothered with it.

use std::collections::BTreeMap;

use azdo::OrganizationName;
use secrecy::SecretString;
use uuid::Uuid;
use wire::proto::control::v1::AddConnectionRequest;

use crate::refusal::Refusal;

const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 1_000;
const LONGEST_TAG: usize = 50;
const MOST_TAGS: usize = 50;
/// Real ones have 84 characters, older ones 52.
const LONGEST_TOKEN: usize = 2_000;

/// A connection to be made.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    /// Empty: all that the credential can list.
    pub(crate) organizations: Vec<OrganizationName>,
    pub(crate) token: SecretString,
}

impl Order {
    /// Checks a request.
    pub(crate) fn read(request: AddConnectionRequest) -> Result<Self, Refusal> {
        // First, so that the plain copy is gone whatever else is wrong.
        let token = token(request.personal_access_token)?;
        Ok(Self {
            name: name(&request.name)?,
            description: text("description", &request.description, LONGEST_DESCRIPTION)?,
            tags: tags(&request.tags)?,
            organizations: organizations(&request.organizations)?,
            token,
        })
    }
}

fn token(token: String) -> Result<SecretString, Refusal> {
    let token = SecretString::from(token);
    let plain = secrecy::ExposeSecret::expose_secret(&token).trim();
    if plain.is_empty() {
        return Err(Refusal::asker(
            "a personal access token is needed: make one at User settings > Personal access tokens, and give it by --pat-file",
        ));
    }
    let is_token =
        plain.len() <= LONGEST_TOKEN && plain.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token {
        return Err(Refusal::asker(
            "this is no personal access token: it has one word of letters and digits",
        ));
    }
    Ok(SecretString::from(plain.to_owned()))
}

fn name(given: &str) -> Result<String, Refusal> {
    let name = text("name", given, LONGEST_NAME)?;
    if name.is_empty() {
        return Err(Refusal::asker("a connection needs a name"));
    }
    if name.parse::<Uuid>().is_ok() {
        return Err(Refusal::asker(
            "a connection's name cannot look like a guid: connections are found by either",
        ));
    }
    Ok(name)
}

fn text(what: &str, given: &str, longest: usize) -> Result<String, Refusal> {
    let text = given.trim();
    if text.chars().count() > longest {
        return Err(Refusal::asker(format!(
            "the {what} is longer than {longest} characters"
        )));
    }
    // A line end in a description is one; elsewhere it would break a table, and NUL a statement.
    let is_allowed =
        |letter: char| !letter.is_control() || (what == "description" && letter == '\n');
    if !text.chars().all(is_allowed) {
        return Err(Refusal::asker(format!(
            "the {what} holds control characters"
        )));
    }
    Ok(text.to_owned())
}

fn tags(given: &[String]) -> Result<Vec<String>, Refusal> {
    let mut tags = Vec::new();
    for tag in given {
        let tag = text("tag", tag, LONGEST_TAG)?;
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(Refusal::asker(format!("no more than {MOST_TAGS} tags")));
    }
    Ok(tags)
}

/// `x`, `https://dev.azure.com/x` and `https://x.visualstudio.com` are the same, regardless of case.
fn organizations(given: &[String]) -> Result<Vec<OrganizationName>, Refusal> {
    let mut known = BTreeMap::new();
    for text in given {
        let name: OrganizationName = text.parse().map_err(|error| {
            Refusal::asker(format!(
                "{error}; write `fabrikam` or `https://dev.azure.com/fabrikam`"
            ))
        })?;
        known.entry(name.as_str().to_lowercase()).or_insert(name);
    }
    Ok(known.into_values().collect())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn request() -> AddConnectionRequest {
        AddConnectionRequest {
            name: " Work ".to_owned(),
            tags: vec!["a".to_owned(), " a".to_owned(), String::new()],
            organizations: [
                "fabrikam",
                "https://dev.azure.com/Fabrikam",
                "https://fabrikam.visualstudio.com",
                "contoso",
            ]
            .map(str::to_owned)
            .to_vec(),
            personal_access_token: "abc\n".to_owned(),
            ..AddConnectionRequest::default()
        }
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let order = Order::read(request()).unwrap();
        assert_eq!(order.name, "Work");
        assert_eq!(order.tags, ["a"]);
        let organizations: Vec<_> = order.organizations.iter().map(AsRef::as_ref).collect();
        assert_eq!(organizations, ["contoso", "fabrikam"]);
        assert_eq!(order.token.expose_secret(), "abc");
    }

    #[test]
    fn what_is_wrong_is_named_and_the_secret_is_not() {
        let check = |change: fn(&mut AddConnectionRequest), expected: &str| {
            let mut request = request();
            change(&mut request);
            let refusal = Order::read(request).unwrap_err().to_string();
            assert!(refusal.contains(expected), "{refusal}");
            assert!(!refusal.contains("canary"), "{refusal}");
        };
        check(|r| r.name = " ".to_owned(), "needs a name");
        check(|r| r.name = "a\0b".to_owned(), "control characters");
        check(|r| r.name = Uuid::nil().to_string(), "guid");
        check(|r| r.name = "a".repeat(101), "longer than 100");
        check(|r| r.personal_access_token.clear(), "--pat-file");
        check(
            |r| r.personal_access_token = "canary canary".to_owned(),
            "no personal access token",
        );
        check(
            |r| r.organizations = vec!["https://evil.com/a".to_owned()],
            "evil.com",
        );
        check(|r| r.description = "a".repeat(1_001), "description");
    }
}
