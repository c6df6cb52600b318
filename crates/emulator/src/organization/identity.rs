//! People, services and teams as they appear in records.

use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody, or something, who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: Uuid,
    pub display_name: String,
    /// An e-mail, `DOMAIN\user`, a GUID, or nothing.
    pub unique_name: String,
    /// Its prefix tells the kind: `aad.`, `msa.`, `svc.`, `vssgp.`
    pub descriptor: String,
    pub is_container: bool,
    pub inactive: bool,
}

impl Identity {
    /// The `IdentityRef` that records carry.
    pub fn reference(&self, link: &str) -> Value {
        let Self { id, descriptor, .. } = self;
        let image = format!("{link}/_apis/GraphProfile/MemberAvatars/{descriptor}");
        let mut reference = json!({
            "displayName": self.display_name,
            "url": format!("{link}/_apis/Identities/{id}"),
            "_links": { "avatar": { "href": image } },
            "id": id,
            "uniqueName": self.unique_name,
            "imageUrl": image,
            "descriptor": descriptor,
        });
        if let Value::Object(members) = &mut reference {
            if self.is_container {
                members.insert(String::from("isContainer"), Value::Bool(true));
            }
            if self.inactive {
                members.insert(String::from("inactive"), Value::Bool(true));
            }
        }
        reference
    }

    /// `Name <mail>`: how feeds name people that are not asked for references.
    pub fn combined(&self) -> String {
        if self.unique_name.is_empty() {
            self.display_name.clone()
        } else {
            format!("{} <{}>", self.display_name, self.unique_name)
        }
    }

    /// As the ground truth has it.
    pub fn stored(&self) -> Value {
        json!({
            "id": self.id,
            "display_name": self.display_name,
            "unique_name": self.unique_name,
            "descriptor": self.descriptor,
            "is_container": self.is_container,
        })
    }
}
