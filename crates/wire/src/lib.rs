#![doc = include_str!("../README.md")]

mod catalogue;
mod entity;
mod envelope;
mod id;
mod page;
mod record;
pub mod subject;
mod time;

pub use catalogue::{ENTITIES, entity};
pub use entity::{Cadence, Domain, Entity, Reading, ScopeKind, UnknownDomain};
pub use envelope::{Content, Envelope, HeaderError, content_type};
pub use id::feed_id;
pub use page::{Page, PageError, compress, decompress};
pub use record::{Record, content_hash};
pub use time::{from_timestamp, to_timestamp};

/// The protobuf messages, a module a package.
pub mod proto {
    #![expect(clippy::pedantic, reason = "generated from proto/ by prost")]
    include!(concat!(env!("OUT_DIR"), "/proto.rs"));
    pub use adit::{boards, control, core, git, pipelines, tfvc};
}

/// The messages as data (an encoded `FileDescriptorSet`), for those who show records of any kind.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
