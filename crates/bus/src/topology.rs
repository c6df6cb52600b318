//! The streams, the consumers and the bucket, as they must be.

use std::time::Duration;

use async_nats::jetstream::consumer::{self, AckPolicy};
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use wire::Domain;
use wire::subject::{self, Priority};

use crate::Streams;

/// Name of the bucket of the pace.
pub(crate) const PACE_BUCKET: &str = "adit-pace";
/// The stream behind it.
pub(crate) const PACE_STREAM: &str = "KV_adit-pace";
/// Name of the consumer of pages.
pub(crate) const WRITER: &str = "writer";

const WEEK: Duration = Duration::from_hours(7 * 24);
/// Longer than any retry of a publish; short, since each id in it costs memory.
const DUPLICATES: Duration = Duration::from_mins(2);
/// NATS advises against larger messages.
const LARGEST_PAGE: i32 = 8 << 20;
/// How long a deleted or expired value leaves its mark, so that watchers see it go.
const MARKS: Duration = Duration::from_mins(1);

/// Name of the consumer of a domain's jobs.
pub(crate) fn fetcher(domain: Domain, priority: Priority) -> String {
    format!("fetch-{domain}-{}", priority.token())
}

/// All streams.
pub(crate) fn streams(limits: &Streams) -> [stream::Config; 4] {
    let each = stream::Config {
        storage: StorageType::File,
        num_replicas: limits.replicas,
        duplicate_window: DUPLICATES,
        ..stream::Config::default()
    };
    let jobs = stream::Config {
        name: subject::JOBS_STREAM.to_owned(),
        description: Some("Orders to advance a feed; a newer one replaces the older".to_owned()),
        subjects: vec![subject::JOBS.to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::Old,
        max_messages_per_subject: 1,
        max_age: WEEK,
        ..each.clone()
    };
    let pages = stream::Config {
        name: subject::PAGES_STREAM.to_owned(),
        description: Some(
            "Pages on their way to the writer; full, it makes fetchers wait".to_owned(),
        ),
        subjects: vec![subject::PAGES.to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_bytes: bytes(limits.pages_bytes),
        max_message_size: LARGEST_PAGE,
        ..each.clone()
    };
    let records = stream::Config {
        name: subject::RECORDS_STREAM.to_owned(),
        description: Some("Records that were really created, updated or deleted".to_owned()),
        subjects: vec![subject::RECORDS.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_bytes: bytes(limits.records_bytes),
        max_age: limits.records_age,
        allow_atomic_publish: true,
        ..each.clone()
    };
    // What `nats kv add` makes, with values that expire.
    let pace = stream::Config {
        name: PACE_STREAM.to_owned(),
        description: Some("How fast Azure DevOps lets each identity go".to_owned()),
        subjects: vec![format!("$KV.{PACE_BUCKET}.>")],
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        allow_message_ttl: true,
        subject_delete_marker_ttl: Some(MARKS),
        ..each
    };
    [jobs, pages, records, pace]
}

/// All durable consumers, with their streams.
pub(crate) fn consumers() -> Vec<(&'static str, consumer::Config)> {
    let fetchers = Domain::ALL.into_iter().flat_map(|domain| {
        Priority::ALL.into_iter().map(move |priority| {
            let consumer = durable(
                fetcher(domain, priority),
                subject::jobs(domain, priority),
                Duration::from_secs(30),
                1_000,
            );
            (subject::JOBS_STREAM, consumer)
        })
    });
    let writer = durable(
        WRITER.to_owned(),
        subject::PAGES.to_owned(),
        Duration::from_mins(1),
        200,
    );
    fetchers.chain([(subject::PAGES_STREAM, writer)]).collect()
}

fn durable(
    name: String,
    filter_subject: String,
    ack_wait: Duration,
    max_ack_pending: i64,
) -> consumer::Config {
    consumer::Config {
        durable_name: Some(name.clone()),
        name: Some(name),
        filter_subject,
        ack_policy: AckPolicy::Explicit,
        ack_wait,
        max_ack_pending,
        // A message over its number of deliveries stays in a work queue and blocks it; ours are terminated instead.
        max_deliver: -1,
        ..consumer::Config::default()
    }
}

fn bytes(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A setting as it is wanted and as it was found.
pub(crate) type Setting = (&'static str, String, String);

/// The settings of a stream that Adit relies on, where they are not as wanted. Old servers silently drop what they do not know.
pub(crate) fn stream_differences(wanted: &stream::Config, found: &stream::Config) -> Vec<Setting> {
    let show = |config: &stream::Config| {
        [
            ("subjects", format!("{:?}", config.subjects)),
            ("retention", format!("{:?}", config.retention)),
            ("storage", format!("{:?}", config.storage)),
            ("discard", format!("{:?}", config.discard)),
            (
                "max_msgs_per_subject",
                unlimited(config.max_messages_per_subject),
            ),
            ("max_bytes", unlimited(config.max_bytes)),
            ("max_age", format!("{:?}", config.max_age)),
            ("max_msg_size", unlimited(config.max_message_size.into())),
            ("duplicate_window", format!("{:?}", config.duplicate_window)),
            ("num_replicas", config.num_replicas.to_string()),
            ("allow_atomic", config.allow_atomic_publish.to_string()),
            ("allow_direct", config.allow_direct.to_string()),
            ("allow_msg_ttl", config.allow_message_ttl.to_string()),
            (
                "subject_delete_marker_ttl",
                format!("{:?}", config.subject_delete_marker_ttl.unwrap_or_default()),
            ),
            (
                "persist_mode",
                format!(
                    "{:?}",
                    config.persist_mode == Some(stream::PersistenceMode::Async)
                ),
            ),
        ]
    };
    differences(show(wanted), show(found))
}

/// The same of a consumer.
pub(crate) fn consumer_differences(
    wanted: &consumer::Config,
    found: &consumer::Config,
) -> Vec<Setting> {
    let show = |config: &consumer::Config| {
        [
            ("filter_subject", config.filter_subject.clone()),
            ("ack_policy", format!("{:?}", config.ack_policy)),
            ("ack_wait", format!("{:?}", config.ack_wait)),
            ("max_deliver", config.max_deliver.to_string()),
            ("max_ack_pending", config.max_ack_pending.to_string()),
            ("deliver_subject", format!("{:?}", config.deliver_subject)),
        ]
    };
    differences(show(wanted), show(found))
}

/// The server writes -1 for "no limit", and takes 0 for it.
fn unlimited(limit: i64) -> String {
    if limit <= 0 {
        "unlimited".to_owned()
    } else {
        limit.to_string()
    }
}

fn differences<const N: usize>(
    wanted: [(&'static str, String); N],
    found: [(&'static str, String); N],
) -> Vec<Setting> {
    let pairs = wanted.into_iter().zip(found);
    pairs
        .filter(|(wanted, found)| wanted.1 != found.1)
        .map(|((name, wanted), (_, found))| (name, wanted, found))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_a_server_dropped_is_found() {
        for wanted in streams(&Streams::default()) {
            assert_eq!(stream_differences(&wanted, &wanted), []);
        }
        let [_, _, wanted, _] = streams(&Streams::default());
        let found = stream::Config {
            allow_atomic_publish: false,
            ..wanted.clone()
        };
        assert_eq!(
            stream_differences(&wanted, &found),
            [("allow_atomic", "true".to_owned(), "false".to_owned())]
        );
    }

    #[test]
    fn every_job_has_one_consumer() {
        let mut filters: Vec<_> = consumers()
            .into_iter()
            .filter(|(stream, _)| *stream == subject::JOBS_STREAM)
            .map(|(_, consumer)| consumer.filter_subject)
            .collect();
        assert_eq!(filters.len(), Domain::ALL.len() * Priority::ALL.len());
        filters.sort();
        filters.dedup();
        assert_eq!(filters.len(), Domain::ALL.len() * Priority::ALL.len());
    }
}
