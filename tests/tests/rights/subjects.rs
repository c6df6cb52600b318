//! Each NATS user and each kind of subject, to publish and to hear: the server does what the table says.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use bus::Rights;
use testkit::logins;

use super::{
    probes,
    servers::{ORGANIZATION, Server},
};

const FETCHERS: [&str; 4] = ["fetch-boards", "fetch-git", "fetch-pipelines", "fetch-tfvc"];

/// What each user may, as the server has it: `publish x`, `hear x`, `hear x in y`.
async fn allowed(server: &Server) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all = BTreeMap::new();
    for (user, _) in server.logins.all() {
        let mut allowed = BTreeSet::new();
        let mut raw = server.raw(user).await?;
        for subject in probes::subjects() {
            raw.publish(&subject, None, b"").await?;
            if is_allowed(&raw.round().await?.errors, &subject)? {
                allowed.insert(format!("publish {subject}"));
            }
        }
        for (subject, group) in probes::subscriptions() {
            raw.subscribe(&subject, group).await?;
            if is_allowed(&raw.round().await?.errors, &subject)? {
                allowed.insert(heard(&subject, group));
            }
        }
        all.insert(user.clone(), allowed);
    }
    Ok(all)
}

fn heard(subject: &str, group: Option<&str>) -> String {
    match group {
        None => format!("hear {subject}"),
        Some(group) => format!("hear {subject} in {group}"),
    }
}

fn is_allowed(errors: &[String], subject: &str) -> anyhow::Result<bool> {
    for error in errors {
        ensure!(
            error.contains("Permissions Violation") && error.contains(&format!("\"{subject}\"")),
            "{subject}: {error}"
        );
    }
    Ok(errors.is_empty())
}

#[tokio::test]
async fn the_server_does_what_the_table_says_of_each_user_and_each_kind_of_subject()
-> anyhow::Result<()> {
    let server = Server::start().await?;
    let found = allowed(&server).await?;
    let table = Rights::read(&logins::permissions(ORGANIZATION));
    for user in table.users() {
        let publishes = probes::subjects()
            .into_iter()
            .filter(|subject| user.may_publish(subject))
            .map(|subject| format!("publish {subject}"));
        let hears = probes::subscriptions()
            .into_iter()
            .filter(|(subject, group)| user.may_subscribe(subject, *group))
            .map(|(subject, group)| heard(&subject, group));
        let expected: BTreeSet<String> = publishes.chain(hears).collect();
        assert_eq!(found[&user.name], expected, "{}", user.name);
    }
    // Each line of the table is covered by a probe, so that none is untested.
    for user in table.users() {
        for allowed in &user.publish {
            let is_probed = found[&user.name].iter().any(|found| {
                let alone = bus::User {
                    publish: vec![allowed.clone()],
                    ..user.clone()
                };
                let subject = found.strip_prefix("publish ");
                subject.is_some_and(|subject| alone.may_publish(subject))
            });
            assert!(is_probed, "no probe for {} of {}", allowed, user.name);
        }
    }
    check_what_matters(&found);
    Ok(())
}

/// What must never become otherwise by a slip in the table.
fn check_what_matters(found: &BTreeMap<String, BTreeSet<String>>) {
    let auth: &[&str] = &["auth"];
    for (what, expected) in [
        ("publish adit.auth.v1.token", &FETCHERS[..]),
        ("hear adit.auth.v1.token", &[]),
        ("hear adit.auth.v1.token in auth", auth),
        ("hear adit.auth.v1.token in other", &[]),
        ("hear adit.auth.v1.*", &[]),
        ("hear _INBOX.>", &[]),
        ("hear _INBOX_*.>", &[]),
        ("hear >", &[]),
        ("hear $JS.>", &[]),
        ("hear $SYS.>", &[]),
        ("hear _INBOX_auth.>", auth),
        ("hear _INBOX_fetch-git.>", &["fetch-git"]),
        ("publish _INBOX_fetch-git.abc.1", auth),
        ("publish _INBOX_auth.abc.1", &["scheduler"]),
        ("publish $JS.API.STREAM.CREATE.ADIT-JOBS", auth),
        ("publish $JS.API.STREAM.UPDATE.ADIT-PAGES", auth),
        ("publish $JS.API.STREAM.CREATE.OTHER", &[]),
        ("publish $JS.API.STREAM.DELETE.ADIT-RECORDS", &[]),
        ("publish $JS.API.STREAM.PURGE.ADIT-PAGES", &[]),
        ("publish $JS.API.STREAM.MSG.GET.ADIT-PAGES", &[]),
        ("publish adit.jobs.v1.git.fresh.feed", &["scheduler"]),
        (
            "publish adit.pages.v1.git.entity.organization.project",
            &["fetch-git"],
        ),
        ("publish adit.records.v1.other.-.git.refs", &["writer"]),
        (
            "publish $JS.API.CONSUMER.MSG.NEXT.ADIT-JOBS.fetch-git-fresh",
            &["fetch-git"],
        ),
        (
            "publish $JS.API.CONSUMER.MSG.NEXT.ADIT-PAGES.writer",
            &["writer"],
        ),
        (
            "publish $JS.API.CONSUMER.CREATE.ADIT-RECORDS.subscriber.adit.records.v1.other.>",
            &["adit"],
        ),
    ] {
        // The tests' own user may do anything.
        let may = found
            .iter()
            .filter(|(user, allowed)| *user != "test" && allowed.contains(what));
        let may: Vec<&str> = may.map(|(user, _)| user.as_str()).collect();
        assert_eq!(may, expected, "{what}");
    }
}
