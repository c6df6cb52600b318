//! How the sync stands, in words and tables.

use std::fmt::Write as _;

use jiff::{Timestamp, Unit};
use wire::proto::control::v1::{EntityStatus, FeedProblem, Progress, SyncStatusReply};

use crate::{Column, Table};

/// Everything: the entities, what runs, what is the matter.
pub(crate) fn text(reply: &SyncStatusReply, now: Timestamp) -> String {
    let mut text = entities(&reply.entities, now).to_string();
    if !reply.running.is_empty() {
        let _ = write!(text, "\n{}", running(&reply.running));
    }
    if !reply.problems.is_empty() {
        let _ = write!(text, "\n{}", problems(&reply.problems));
    }
    let _ = writeln!(text, "\n{}", line(reply));
    text
}

/// All of it on one line.
pub(crate) fn line(reply: &SyncStatusReply) -> String {
    let sum = |of: fn(&EntityStatus) -> u64| reply.entities.iter().map(of).sum::<u64>();
    let (rows, feeds, complete) = (
        sum(|one| one.rows),
        sum(|one| one.feeds),
        sum(|one| one.complete),
    );
    let (running, due, gaps) = (
        sum(|one| one.running),
        sum(|one| one.due),
        sum(|one| one.gaps),
    );
    let mut line = if reply.idle {
        format!("idle: {rows} rows, {complete} of {feeds} feeds complete")
    } else {
        format!(
            "at work: {rows} rows, {complete} of {feeds} feeds complete, {running} run, {due} due, {gaps} details lacking"
        )
    };
    if !reply.problems.is_empty() {
        let _ = write!(line, ", {} not complete", reply.problems.len());
    }
    line
}

/// What the runs that wait are waiting for, each once, in words.
pub fn waits(running: &[Progress]) -> Vec<&'static str> {
    let mut waits: Vec<_> = running
        .iter()
        .filter_map(|run| wait(&run.waiting_for))
        .collect();
    waits.sort_unstable();
    waits.dedup();
    waits
}

fn wait(word: &str) -> Option<&'static str> {
    Some(match word {
        "" => return None,
        "azure_devops" => "Azure DevOps to answer",
        "pace" => "its turn (pace)",
        "retry_after" => "the end of a pause that Azure DevOps asked for",
        "backoff" => "another try",
        "git" => "git",
        "page_stream" => "the writer",
        _ => "something",
    })
}

fn entities(entities: &[EntityStatus], now: Timestamp) -> Table {
    let mut table = Table::new([
        Column::left("DOMAIN"),
        Column::left("ENTITY"),
        Column::right("ROWS"),
        Column::right("RECORDS"),
        Column::right("FEEDS"),
        Column::right("COMPLETE"),
        Column::right("RUNNING"),
        Column::right("DUE"),
        Column::right("LACKING"),
        Column::right("DEAD"),
        Column::right("REQUESTS"),
        Column::right("SECONDS"),
        Column::right("FRESH"),
    ]);
    for one in entities {
        let fresh = one.fresh_at.as_ref().and_then(wire::to_timestamp);
        table.row([
            one.domain.clone(),
            one.entity.clone(),
            one.rows.to_string(),
            one.records.to_string(),
            one.feeds.to_string(),
            one.complete.to_string(),
            one.running.to_string(),
            one.due.to_string(),
            one.gaps.to_string(),
            one.dead.to_string(),
            one.requests.to_string(),
            format!("{:.1}", one.seconds),
            fresh.map_or_else(|| "never".to_owned(), |at| age(at, now)),
        ]);
    }
    table
}

fn running(running: &[Progress]) -> Table {
    let mut table = Table::new([
        Column::left("RUNNING"),
        Column::left("WHERE"),
        Column::right("RECORDS"),
        Column::right("REQUESTS"),
        Column::left("WAITS FOR"),
    ]);
    for run in running {
        let scope = run.scope.clone().unwrap_or_default();
        table.row([
            run.entity.clone(),
            place(
                &scope.organization_name,
                &scope.project_name,
                &scope.repository_name,
            ),
            run.records.to_string(),
            run.requests.to_string(),
            wait(&run.waiting_for).unwrap_or_default().to_owned(),
        ]);
    }
    table
}

/// What is not complete, and why.
pub fn problems(problems: &[FeedProblem]) -> Table {
    let mut table =
        Table::new(["NOT COMPLETE", "WHERE", "STATUS", "REASON", "WHY"].map(Column::left));
    for problem in problems {
        table.row([
            problem.entity.clone(),
            place(&problem.organization, &problem.project, &problem.repository),
            problem.status.clone(),
            problem.reason.clone(),
            problem.explanation.clone(),
        ]);
    }
    table
}

fn place(organization: &str, project: &str, repository: &str) -> String {
    let parts = [organization, project, repository];
    let named: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    named.join("/")
}

/// How long ago something was, in its two largest units at most.
fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    let unit = match seconds {
        0..60 => return format!("{seconds}s"),
        60..86_400 => Unit::Minute,
        _ => Unit::Hour,
    };
    let (small, large, letters) = match unit {
        Unit::Minute => (60, 3_600, ["m", "h"]),
        _ => (3_600, 86_400, ["h", "d"]),
    };
    match (seconds / large, seconds % large / small) {
        (0, few) => format!("{few}{}", letters[0]),
        (many, few) => format!("{many}{} {few}{}", letters[1], letters[0]),
    }
}

#[cfg(test)]
mod tests {
    use wire::proto::control::v1::Scope;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_age_is_short() {
        for (before, expected) in [
            ("2026-11-23T11:59:57Z", "3s"),
            ("2026-11-23T11:18:00Z", "42m"),
            ("2026-11-23T09:59:30Z", "2h 0m"),
            ("2026-11-20T09:00:00Z", "3d 3h"),
            ("2026-11-23T12:00:05Z", "0s"),
        ] {
            assert_eq!(age(before.parse().unwrap(), now()), expected);
        }
    }

    #[test]
    fn the_whole_is_told_on_one_line() {
        let entity = EntityStatus {
            rows: 7,
            feeds: 2,
            complete: 1,
            running: 1,
            ..EntityStatus::default()
        };
        let mut reply = SyncStatusReply {
            entities: vec![entity.clone(), entity],
            ..SyncStatusReply::default()
        };
        assert_eq!(
            line(&reply),
            "at work: 14 rows, 2 of 4 feeds complete, 2 run, 0 due, 0 details lacking"
        );
        reply.idle = true;
        reply.problems.push(FeedProblem::default());
        assert_eq!(
            line(&reply),
            "idle: 14 rows, 2 of 4 feeds complete, 1 not complete"
        );
    }

    #[test]
    fn what_runs_and_what_is_wrong_is_shown_with_its_place() {
        let reply = SyncStatusReply {
            running: vec![Progress {
                entity: "commits".to_owned(),
                scope: Some(Scope {
                    organization_name: "fabrikam".to_owned(),
                    project_name: "Tailspin".to_owned(),
                    repository_name: "web".to_owned(),
                    ..Scope::default()
                }),
                waiting_for: "page_stream".to_owned(),
                ..Progress::default()
            }],
            problems: vec![FeedProblem {
                organization: "fabrikam".to_owned(),
                explanation: "give the token the scope Code (read)".to_owned(),
                ..FeedProblem::default()
            }],
            ..SyncStatusReply::default()
        };
        let shown = text(&reply, now());
        assert!(shown.contains("commits  fabrikam/Tailspin/web"), "{shown}");
        assert!(shown.contains("the writer"), "{shown}");
        assert!(
            shown.contains("give the token the scope Code (read)"),
            "{shown}"
        );
        assert_eq!(waits(&reply.running), ["the writer"]);
    }
}
