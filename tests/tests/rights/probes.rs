//! Every kind of subject there is.

use super::servers::ORGANIZATION;

const DOMAINS: [&str; 4] = ["boards", "git", "pipelines", "tfvc"];
const STREAMS: [&str; 5] = [
    "ADIT-JOBS",
    "ADIT-PAGES",
    "ADIT-RECORDS",
    "KV_adit-pace",
    "OTHER",
];
const USERS: [&str; 10] = [
    "auth",
    "scheduler",
    "writer",
    "fetch-boards",
    "fetch-git",
    "fetch-pipelines",
    "fetch-tfvc",
    "adit",
    "subscriber",
    "test",
];

/// Subjects that are alone of their kind.
const SINGLE: [&str; 23] = [
    "adit.auth.v1.token",
    "adit.auth.v1.other",
    "adit.control.v1.provision",
    "adit.control.v1.connection-add",
    "adit.control.v1.sync-start",
    "adit.control.v1.sync-status",
    "adit.events.v1.run-ended",
    "adit.other",
    "other",
    "$KV.adit-pace.organization.identity",
    "$KV.other.key",
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.DIRECT.GET.KV_adit-pace",
    "$JS.API.DIRECT.GET.KV_adit-pace.$KV.adit-pace.organization.identity",
    "$JS.API.DIRECT.GET.ADIT-PAGES.adit.pages.v1.git.refs.a.b",
    "$JS.API.CONSUMER.CREATE.KV_adit-pace.mine.$KV.adit-pace.>",
    "$JS.EVENT.ADVISORY.API",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.ACCOUNT.PING.CONNZ",
    "$SRV.PING",
    "_INBOX.abc",
];

/// Subjects without wildcards, to be published to.
pub(crate) fn subjects() -> Vec<String> {
    let mut all: Vec<String> = SINGLE.map(str::to_owned).to_vec();
    all.extend(USERS.map(|user| format!("_INBOX_{user}.abc.1")));
    for organization in [ORGANIZATION.to_string(), "other".to_owned()] {
        all.push(format!("adit.records.v1.{organization}.-.git.refs"));
        for name in ["subscriber", "other"] {
            all.push(format!(
                "$JS.API.CONSUMER.CREATE.ADIT-RECORDS.{name}.adit.records.v1.{organization}.>"
            ));
        }
    }
    for stream in STREAMS {
        for verb in [
            "INFO",
            "CREATE",
            "UPDATE",
            "DELETE",
            "PURGE",
            "MSG.GET",
            "MSG.DELETE",
            "SNAPSHOT",
            "RESTORE",
        ] {
            all.push(format!("$JS.API.STREAM.{verb}.{stream}"));
        }
        for verb in ["LIST", "NAMES", "CREATE"] {
            all.push(format!("$JS.API.CONSUMER.{verb}.{stream}"));
        }
    }
    let mut consumers = vec![
        (
            "ADIT-PAGES",
            "writer".to_owned(),
            "adit.pages.v1.>".to_owned(),
        ),
        (
            "ADIT-RECORDS",
            "subscriber".to_owned(),
            "adit.records.v1.>".to_owned(),
        ),
        (
            "ADIT-RECORDS",
            "other".to_owned(),
            "adit.records.v1.>".to_owned(),
        ),
    ];
    for domain in DOMAINS {
        all.push(format!(
            "adit.pages.v1.{domain}.entity.organization.project"
        ));
        all.push(format!("adit.events.v1.progress.{domain}"));
        for priority in ["fresh", "backfill"] {
            all.push(format!("adit.jobs.v1.{domain}.{priority}.feed"));
            consumers.push((
                "ADIT-JOBS",
                format!("fetch-{domain}-{priority}"),
                format!("adit.jobs.v1.{domain}.{priority}.*"),
            ));
        }
    }
    for (stream, name, filter) in consumers {
        for verb in [
            "INFO",
            "DELETE",
            "MSG.NEXT",
            "CREATE",
            "DURABLE.CREATE",
            "PAUSE",
        ] {
            all.push(format!("$JS.API.CONSUMER.{verb}.{stream}.{name}"));
        }
        all.push(format!("$JS.API.CONSUMER.CREATE.{stream}.{name}.{filter}"));
        all.push(format!("$JS.API.CONSUMER.CREATE.{stream}.{name}.>"));
        all.push(format!("$JS.ACK.{stream}.{name}.1.1.1.1.0"));
        all.push(format!("$JS.ACK._.hash.{stream}.{name}.1.1.1.1.0.x"));
    }
    all
}

/// What may be subscribed to, each alone or in a group.
pub(crate) fn subscriptions() -> Vec<(String, Option<&'static str>)> {
    let mut all: Vec<(String, Option<&'static str>)> = subjects()
        .into_iter()
        .map(|subject| (subject, None))
        .collect();
    for subject in [
        ">",
        "*",
        "*.>",
        "adit.>",
        "adit.auth.v1.*",
        "adit.auth.>",
        "adit.control.v1.*",
        "adit.jobs.v1.>",
        "adit.pages.v1.>",
        "adit.records.v1.>",
        "adit.events.v1.progress.*",
        "adit.events.v1.>",
        "_INBOX.>",
        "_INBOX_*.>",
        "$JS.>",
        "$JS.API.>",
        "$JS.ACK.>",
        "$JS.EVENT.>",
        "$KV.>",
        "$KV.adit-pace.>",
        "$SYS.>",
        "$SRV.>",
    ] {
        all.push((subject.to_owned(), None));
    }
    all.extend(USERS.map(|user| (format!("_INBOX_{user}.>"), None)));
    all.push((format!("adit.records.v1.{ORGANIZATION}.>"), None));
    for subject in [
        "adit.auth.v1.token",
        "adit.control.v1.provision",
        "adit.control.v1.connection-add",
        "adit.control.v1.sync-start",
        "adit.control.v1.sync-status",
        "adit.events.v1.run-ended",
    ] {
        for group in ["auth", "scheduler", "other"] {
            all.push((subject.to_owned(), Some(group)));
        }
    }
    all
}
