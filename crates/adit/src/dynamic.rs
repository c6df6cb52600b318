//! Messages of any kind as JSON, by the names that the proto files give.

use std::sync::LazyLock;

use anyhow::Context as _;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(wire::DESCRIPTORS)
        .expect("a test goes through all entities of the catalogue")
});

/// Whether fields that are not set are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unset {
    Shown,
    LeftOut,
}

/// A message of this full name as JSON. Numbers are numbers, whatever their size; enumerations are names.
pub(crate) fn json(name: &str, payload: &[u8], unset: Unset) -> anyhow::Result<Value> {
    let message = DynamicMessage::decode(find(name)?, payload)
        .with_context(|| format!("the payload is no {name}"))?;
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .stringify_64_bit_integers(false)
        .skip_default_fields(unset == Unset::LeftOut);
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .with_context(|| format!("show a {name}"))
}

/// A message of ours as JSON, with all its fields.
pub(crate) fn whole(name: &str, message: &impl Message) -> anyhow::Result<Value> {
    json(name, &message.encode_to_vec(), Unset::Shown)
}

/// The full name in a content type (`application/x-protobuf; messageType=…`).
pub(crate) fn message_type(content_type: &str) -> Option<&str> {
    content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("messageType="))
        .map(|name| name.trim_matches('"'))
}

fn find(name: &str) -> anyhow::Result<MessageDescriptor> {
    POOL.get_message_by_name(name).with_context(|| {
        format!("this version of adit does not know the message {name}: a newer one will")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::proto::{core::v1::Identity, pipelines::v1::Build};

    use super::*;

    #[test]
    fn every_record_of_the_catalogue_can_be_shown() {
        for entity in wire::ENTITIES {
            let name = message_type(&wire::content_type(entity.record_message)).map(str::to_owned);
            assert_eq!(name.as_deref(), Some(entity.record_message));
            assert_eq!(
                json(entity.record_message, b"", Unset::LeftOut).unwrap(),
                json!({})
            );
        }
    }

    #[test]
    fn a_record_has_the_names_of_its_proto() {
        let build = Build {
            id: 1 << 60,
            build_number: "20261123.1".to_owned(),
            requested_for: Some(Identity {
                display_name: "Ada".to_owned(),
                ..Identity::default()
            }),
            finish_time: Some(prost_types::Timestamp {
                seconds: 1,
                nanos: 0,
            }),
            ..Build::default()
        };
        let shown = json(
            "adit.pipelines.v1.Build",
            &build.encode_to_vec(),
            Unset::LeftOut,
        )
        .unwrap();
        let expected = json!({
            "id": 1_i64 << 60,
            "build_number": "20261123.1",
            "requested_for": { "display_name": "Ada" },
            "finish_time": "1970-01-01T00:00:01Z",
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_unknown_is_named() {
        let error = json("adit.git.v2.Kitten", b"", Unset::LeftOut).unwrap_err();
        assert!(error.to_string().contains("adit.git.v2.Kitten"), "{error}");
    }
}
