//! Every field of every record gets into the database and out of it: nothing that a proto file gains is forgotten here.

use std::collections::BTreeMap;

use futures::TryStreamExt as _;
use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint},
};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};
use wire::Content;

use crate::world::World;

const GUID: &str = "0f0e0d0c-0b0a-0908-0706-050403020100";
const TIME: &str = ".google.protobuf.Timestamp";
const IDENTITY: &str = ".adit.core.v1.Identity";

/// All messages by their full names, as fields name them.
fn messages() -> BTreeMap<String, DescriptorProto> {
    let files = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap().file;
    let messages = files.into_iter().flat_map(|file| {
        let package = file.package().to_owned();
        let messages = file.message_type.into_iter();
        messages.map(move |message| (format!(".{package}.{}", message.name()), message))
    });
    messages.collect()
}

/// A text that is text, JSON or a guid, as the field needs.
fn text(name: &str) -> &'static str {
    let guid = name == "id" || name == "repository_id" || name.ends_with("project_id");
    if guid { GUID } else { "7" }
}

/// A message with every field set, and what an export says of it.
fn sample(
    messages: &BTreeMap<String, DescriptorProto>,
    message: &DescriptorProto,
) -> (Vec<u8>, Map<String, Value>) {
    let mut bytes = Vec::new();
    let mut said = Map::new();
    for field in &message.field {
        let name = field.name();
        let tag = u32::try_from(field.number()).unwrap();
        let value = match field.r#type() {
            Type::String => {
                put(&mut bytes, tag, text(name).as_bytes());
                if is_list(field) {
                    json!([text(name)])
                } else {
                    json!(text(name))
                }
            }
            Type::Int64 => {
                encode_key(tag, WireType::Varint, &mut bytes);
                encode_varint(7, &mut bytes);
                json!(7)
            }
            Type::Bool => {
                encode_key(tag, WireType::Varint, &mut bytes);
                encode_varint(1, &mut bytes);
                json!(true)
            }
            Type::Double => {
                encode_key(tag, WireType::SixtyFourBit, &mut bytes);
                bytes.extend(7.5_f64.to_le_bytes());
                json!(7.5)
            }
            Type::Message if field.type_name() == TIME => {
                let time = prost_types::Timestamp {
                    seconds: 0,
                    nanos: 7_000,
                };
                put(&mut bytes, tag, &time.encode_to_vec());
                json!("1970-01-01T00:00:00.000007Z")
            }
            Type::Message => {
                let (inner, told) = sample(messages, &messages[field.type_name()]);
                put(&mut bytes, tag, &inner);
                if field.type_name() == IDENTITY {
                    for part in ["id", "display_name", "unique_name", "descriptor"] {
                        said.insert(format!("{name}_{part}"), told[part].clone());
                    }
                    continue;
                }
                assert!(is_list(field), "{name}");
                json!([told])
            }
            other => panic!("{name} is of a type that no column is made for: {other:?}"),
        };
        if name != "extra" {
            said.insert(name.to_owned(), value);
        }
    }
    (bytes, said)
}

fn is_list(field: &FieldDescriptorProto) -> bool {
    field.label() == Label::Repeated
}

fn put(bytes: &mut Vec<u8>, tag: u32, inner: &[u8]) {
    encode_key(tag, WireType::LengthDelimited, bytes);
    encode_varint(inner.len() as u64, bytes);
    bytes.extend(inner);
}

/// JSON that went through text says the same.
fn parsed(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.as_i64() == Some(7) => json!("7"),
        Value::Array(items) => items.iter().map(parsed).collect(),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), parsed(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_field_of_every_entity_is_stored_and_exported() {
    let world = World::new().await;
    let messages = messages();
    for entity in wire::ENTITIES {
        let message = &messages[&format!(".{}", entity.record_message)];
        let (record, said) = sample(&messages, message);
        let mut payload = Vec::new();
        put(&mut payload, 1, &record);
        let feed = world
            .feed_of_entity(entity, world.connection, world.project, world.repository)
            .await;
        let result = world
            .commit_one(&feed.sent(1, Content::Records, payload))
            .await;
        assert_eq!(result.counts.created, 1, "{}", entity.name);

        let exported = world.database.store.export(entity, world.organization);
        let exported: Vec<Value> = exported.try_collect().await.unwrap();
        let said = Value::Object(said);
        assert_eq!(parsed(&exported[0]), parsed(&said), "{}", entity.name);
    }
}
