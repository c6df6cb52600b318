//! What somebody gets who has the NATS login of one fetcher, fetch-git, tried against all services at work.

use std::time::Duration;

use anyhow::Context as _;
use prost::Message as _;
use testkit::{Stack, StackOptions, until};
use uuid::Uuid;
use wire::{
    Content, Domain, Envelope, content_type, entity,
    proto::control::v1::{Completeness, Job, Outcome, TokenReply, TokenRequest},
    subject::{self, Priority},
};

use super::{raw::Raw, servers};

const PATIENCE: Duration = Duration::from_mins(4);
const USER: &str = "fetch-git";

/// A feed that somebody could want to meddle with.
struct Feed {
    id: Uuid,
    connection: Uuid,
    organization: Uuid,
    project: Uuid,
    epoch: i64,
}

async fn feed(stack: &Stack, entity: &str) -> anyhow::Result<Feed> {
    let statement = format!(
        "SELECT id, connection_id, organization_id, project_id, epoch FROM sync.feeds \
         WHERE entity = '{entity}' AND epoch > 0 ORDER BY id LIMIT 1"
    );
    let line = stack.sql(&statement).await?;
    let [id, connection, organization, project, epoch] = line.split('|').collect::<Vec<_>>()[..]
    else {
        anyhow::bail!("no feed of {entity}: {line}");
    };
    Ok(Feed {
        id: id.parse()?,
        connection: connection.parse()?,
        organization: organization.parse()?,
        project: project.parse().unwrap_or_default(),
        epoch: epoch.parse()?,
    })
}

async fn raw(stack: &Stack, user: &str) -> anyhow::Result<Raw> {
    servers::raw(&stack.nats, &stack.nats_logins, user).await
}

/// A page that would move a feed to the end of time.
fn page(feed: &Feed, name: &str) -> anyhow::Result<Envelope> {
    Ok(Envelope {
        connection: feed.connection,
        feed: feed.id,
        epoch: feed.epoch,
        page: 1000,
        entity: entity(name).context("an entity")?,
        organization: feed.organization,
        project: Some(feed.project),
        repository: None,
        content: Content::Records,
        observed_at: "2030-01-01T00:00:00Z".parse()?,
        cursor: Some(b"2030-01-01T00:00:00Z".to_vec()),
        gaps: None,
        outcome: Some(Outcome {
            completeness: Completeness::Complete.into(),
            ..Outcome::default()
        }),
    })
}

/// FAULTS M5: a request whose answer would go where others read it, or where it was never asked from.
#[tokio::test]
async fn an_answer_with_a_token_goes_to_the_inbox_of_one_who_may_ask_and_nowhere_else()
-> anyhow::Result<()> {
    let mut stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    let feed = feed(&stack, "refs").await?;
    let request = TokenRequest {
        connection_id: feed.connection.to_string(),
        organization_id: feed.organization.to_string(),
        feed_id: feed.id.to_string(),
        ..TokenRequest::default()
    }
    .encode_to_vec();
    let mut everything = raw(&stack, "test").await?;
    everything.subscribe(">", None).await?;
    everything.round().await?;
    let mut attacker = raw(&stack, USER).await?;
    attacker.subscribe("_INBOX_fetch-git.>", None).await?;
    let foreign = [
        "adit.pages.v1.git.refs.a.b",
        "adit.records.v1.a.b.git.refs",
        "_INBOX.abc.1",
        "_INBOX_auth.abc.1",
        "_INBOX_writer.abc.1",
        "_INBOX_adit.abc.1",
        "_INBOX_test.abc.1",
        "_INBOX_fetch-git",
        "_INBOX_fetch-gitx.abc",
        "$KV.adit-pace.token",
        "$JS.API.STREAM.INFO.ADIT-PAGES",
    ];
    for reply in foreign {
        attacker
            .publish(subject::TOKEN, Some(reply), &request)
            .await?;
    }
    attacker.publish(subject::TOKEN, None, &request).await?;
    // Requests are answered in their order: when this one is, the others will not be.
    let own = "_INBOX_fetch-git.own.1";
    attacker
        .publish(subject::TOKEN, Some(own), &request)
        .await?;
    let heard = attacker.until_heard().await?;
    assert_eq!(heard[0].subject, own);
    TokenReply::decode(heard[0].payload.as_slice())?;
    for heard in everything.round().await?.heard {
        assert!(
            !foreign.contains(&heard.subject.as_str()),
            "answered on {}",
            heard.subject
        );
    }
    for auth in stack.service("auth") {
        let log = auth.log_tail();
        assert!(log.contains("is not answered"), "{log}");
    }

    // Nor is it given a token for the job of another domain.
    let boards = self::feed(&stack, "work_item_revisions").await?;
    let foreign = TokenRequest {
        connection_id: boards.connection.to_string(),
        organization_id: boards.organization.to_string(),
        feed_id: boards.id.to_string(),
        ..TokenRequest::default()
    };
    attacker
        .publish(subject::TOKEN, Some(own), &foreign.encode_to_vec())
        .await?;
    let heard = attacker.until_heard().await?;
    let reply = TokenReply::decode(heard[0].payload.as_slice())?;
    assert!(
        reply.credentials.is_empty() && reply.error.contains("none of git"),
        "{}",
        reply.error
    );

    // It may have the answer go to the inbox of another fetcher, and cannot hear it there.
    let other = "_INBOX_fetch-boards.abc.1";
    attacker
        .publish(subject::TOKEN, Some(other), &request)
        .await?;
    attacker.subscribe("_INBOX_fetch-boards.>", None).await?;
    attacker
        .publish(subject::TOKEN, Some(own), &request)
        .await?;
    let round = attacker.round().await?;
    assert!(
        round
            .errors
            .iter()
            .any(|error| error.contains("_INBOX_fetch-boards.>")),
        "{round:?}"
    );
    let mut heard = round.heard;
    if heard.is_empty() {
        heard = attacker.until_heard().await?;
    }
    assert!(heard.iter().all(|heard| heard.subject == own), "{heard:?}");
    stack.passed()
}

#[tokio::test]
async fn a_fetcher_that_turns_bad_moves_no_feed_of_another_domain() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    let others =
        "SELECT md5(string_agg(f::text, '' ORDER BY f.id)) FROM sync.feeds f WHERE domain <> 'git'";
    let before = stack.sql(others).await?;
    let builds = feed(&stack, "builds").await?;
    let mut attacker = raw(&stack, USER).await?;

    // The permissions bound the subject, so the headers must be held to it.
    let lie = page(&builds, "builds")?;
    let denied = subject::page(lie.entity, builds.organization, Some(builds.project));
    attacker.publish_with(&denied, &lie.headers(), b"").await?;
    assert_eq!(attacker.round().await?.errors.len(), 1, "{denied}");
    let allowed = denied.replace(".pipelines.", ".git.");
    attacker.publish_with(&allowed, &lie.headers(), b"").await?;
    // A page of its own domain that names the feed of another.
    let lie = page(&builds, "refs")?;
    let allowed = subject::page(lie.entity, builds.organization, Some(builds.project));
    attacker.publish_with(&allowed, &lie.headers(), b"").await?;
    // JetStream gives out what a fetcher may read to subjects that it may not publish to.
    let lie = page(&builds, "builds")?;
    let value = "$KV.adit-pace.forged";
    attacker.publish_with(value, &lie.headers(), b"").await?;
    give_out(&mut attacker, value, &denied).await?;
    let job = Job {
        feed_id: builds.id.to_string(),
        epoch: builds.epoch.unsigned_abs() + 1,
        connection_id: builds.connection.to_string(),
        entity: "builds".to_owned(),
        ..Job::default()
    };
    let headers = [("Content-Type", content_type("adit.control.v1.Job"))];
    attacker
        .publish_with(value, &headers, &job.encode_to_vec())
        .await?;
    let jobs = subject::job(Domain::Pipelines, Priority::Fresh, builds.id);
    give_out(&mut attacker, value, &jobs).await?;
    assert_eq!(attacker.round().await?.errors, Vec::<String>::new());

    // Pages that are none are kept as dead letters: the one on a wrong subject, and both that were given out.
    until("the forged pages to be put aside", PATIENCE, async || {
        let letters = stack
            .sql("SELECT count(*) FROM sync.dead_letters WHERE feed_id IS NULL")
            .await?;
        Ok((letters == "3").then_some(()))
    })
    .await?;
    assert_eq!(stack.sql(others).await?, before);
    stack.sync().await?;
    stack.assert_equal_to_truth().await?;
    stack.passed()
}

/// Asks for a value, with its headers and without, and has the answer sent elsewhere.
async fn give_out(attacker: &mut Raw, value: &str, to: &str) -> anyhow::Result<()> {
    // It is stored when the server acknowledges it, which is what this waits for.
    attacker.subscribe("_INBOX_fetch-git.>", None).await?;
    let ask = format!("$JS.API.DIRECT.GET.KV_adit-pace.{value}");
    loop {
        attacker
            .publish(&ask, Some("_INBOX_fetch-git.stored"), b"")
            .await?;
        let heard = attacker.until_heard().await?;
        if heard
            .iter()
            .any(|heard| heard.subject == "_INBOX_fetch-git.stored")
        {
            break;
        }
    }
    attacker.publish(&ask, Some(to), b"").await?;
    attacker
        .publish(&ask, Some(to), br#"{"no_hdr":true}"#)
        .await
}
