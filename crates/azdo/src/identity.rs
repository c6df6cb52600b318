//! People, groups and services, as records refer to them.

use uuid::Uuid;

use crate::json::Object;

/// Somebody. Key by `id`, which is the organization's own: the same person has another in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The organization's id of this identity.
    pub id: Option<Uuid>,
    /// The name that is shown.
    pub display_name: Option<String>,
    /// A mail address, `DOMAIN\user`, a guid, or nothing.
    pub unique_name: Option<String>,
    /// Its prefix tells the kind: `aad.`, `msa.`, `aadsp.`, `svc.`, `vssgp.`, `aadgp.`.
    pub descriptor: Option<String>,
    /// A group or team.
    pub is_container: Option<bool>,
    /// No longer a member.
    pub inactive: Option<bool>,
}

impl Identity {
    /// From an object, or from the `Name <mail>` that older answers hold.
    pub(crate) fn from_json(value: &str) -> Option<Self> {
        if value.starts_with('"') {
            return Self::from_text(&crate::json::text(value)?);
        }
        let mut object = Object::parse(value).ok()?;
        Some(Self::from_object(&mut object))
    }

    pub(crate) fn from_object(object: &mut Object<'_>) -> Self {
        let mut identity = Self {
            id: object.uuid("id"),
            display_name: object.text("displayName"),
            unique_name: object.text("uniqueName"),
            descriptor: object.text("descriptor"),
            is_container: object.bool("isContainer"),
            inactive: object.bool("inactive"),
        };
        // The reporting feed puts both into `uniqueName`.
        if identity.display_name.is_none()
            && let Some(both) = identity.unique_name.as_deref().and_then(Self::from_text)
        {
            identity.display_name = both.display_name;
            identity.unique_name = both.unique_name.or(identity.unique_name);
        }
        identity
    }

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let split = text
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'));
        let (name, mail) = match split {
            Some((name, mail)) => (name.trim(), Some(mail.trim().to_owned())),
            None => (text, None),
        };
        Some(Self {
            display_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            unique_name: mail,
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, name: Option<&str>, mail: Option<&str>) {
        let identity = Identity::from_json(json).unwrap();
        assert_eq!(identity.display_name.as_deref(), name, "{json}");
        assert_eq!(identity.unique_name.as_deref(), mail, "{json}");
    }

    #[test]
    fn all_forms_of_a_person_are_read() {
        check(r#""Jamal <j@x.com>""#, Some("Jamal"), Some("j@x.com"));
        check(r#""Jamal""#, Some("Jamal"), None);
        check(r#""<j@x.com>""#, None, Some("j@x.com"));
        check(
            r#"{"displayName":"J","uniqueName":"D\\u","id":"x"}"#,
            Some("J"),
            Some("D\\u"),
        );
        check(
            r#"{"id":"d291b0c4-a05c-4ea6-8df1-4b41d5f39eff","uniqueName":"Jamal <j@x.com>"}"#,
            Some("Jamal"),
            Some("j@x.com"),
        );
    }

    #[test]
    fn the_zero_guid_is_nobody() {
        let json = r#"{"id":"00000000-0000-0000-0000-000000000000","displayName":"x"}"#;
        assert_eq!(Identity::from_json(json).unwrap().id, None);
    }

    #[test]
    fn no_text_is_no_identity() {
        assert_eq!(Identity::from_json(r#""""#), None);
        assert_eq!(Identity::from_json("3"), None);
    }
}
