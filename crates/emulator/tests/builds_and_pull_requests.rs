//! Builds, timelines and pull requests over HTTP, without a network, compared with the ground truth.

#![expect(
    clippy::unwrap_used,
    reason = "what helps tests is not itself a test to clippy"
)]

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header::AUTHORIZATION},
};
use emulator::{
    Emulator, Seed, Size,
    change::{self, Order},
    truth, wire,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PAT: &str = "test-token";

struct Service {
    emulator: Emulator,
    router: Router,
    project: String,
}

struct Got {
    status: StatusCode,
    token: Option<String>,
    text: String,
}

impl Got {
    /// Reads as a client must read: emoji come as they are, so that each escaped surrogate is a lone one.
    fn json(&self) -> Value {
        let mut text = self.text.clone();
        for digit in "89abcdef".chars() {
            while let Some(at) = text.find(&format!("\\ud{digit}")) {
                text.replace_range(at..at + 6, "\\ufffd");
            }
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:.200}"))
    }

    fn ids(&self) -> Vec<i64> {
        self.json()["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|build| build["id"].as_i64().unwrap())
            .collect()
    }
}

impl Service {
    fn start(size: Size) -> Self {
        let seed = Seed {
            organization: String::from("fabrikam"),
            seed: 7,
            size,
            pat: String::from(PAT),
            directory: None,
            repositories: Vec::new(),
        };
        let emulator = Emulator::make(seed).unwrap();
        let router = wire::router(emulator.clone());
        let project = emulator.world().organization.projects[0].id.to_string();
        Self {
            emulator,
            router,
            project,
        }
    }

    async fn get(&self, path: &str) -> Got {
        let request = Request::get(format!(
            "/azure-devops/fabrikam/{}/_apis{path}",
            self.project
        ))
        .header(AUTHORIZATION, format!("Bearer {PAT}"))
        .body(Body::empty())
        .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let token = response
            .headers()
            .get("x-ms-continuationtoken")
            .map(|token| token.to_str().unwrap().to_owned());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Got {
            status,
            token,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    fn rows(&self, entity: &str) -> Vec<Value> {
        let world = self.emulator.world();
        let reader = world.organization.main_reader();
        let lines = String::from_utf8(truth::lines(&world, &reader, entity).unwrap()).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn rows_of_project(&self, entity: &str) -> Vec<Value> {
        self.rows(entity)
            .into_iter()
            .filter(|row| row["project_id"] == self.project.as_str())
            .collect()
    }

    fn change(&self, kind: &str, arguments: &Value) -> Vec<(&'static str, Value)> {
        let order = Order {
            kind: kind.to_owned(),
            arguments: arguments.as_object().unwrap().clone(),
        };
        let changed = change::carry_out(&mut self.emulator.world_mut(), &order).unwrap();
        changed
            .into_iter()
            .map(|changed| (changed.entity, changed.key))
            .collect()
    }
}

#[tokio::test]
async fn paging_to_the_end_shows_every_build_once_or_more() {
    let service = Service::start(Size::Small);
    let finished = service
        .rows_of_project("builds")
        .iter()
        .filter(|row| row["status"] == "completed")
        .count();
    for order in [
        "finishTimeAscending",
        "finishTimeDescending",
        "queueTimeAscending",
        "startTimeDescending",
    ] {
        let query = format!("/build/builds?queryOrder={order}&statusFilter=completed&$top=6");
        let mut seen = BTreeMap::<i64, usize>::new();
        let mut token = None::<String>;
        loop {
            let page = match &token {
                None => service.get(&query).await,
                Some(token) => {
                    service
                        .get(&format!(
                            "{query}&continuationToken={}",
                            token.replace(':', "%3A")
                        ))
                        .await
                }
            };
            page.ids()
                .into_iter()
                .for_each(|id| *seen.entry(id).or_default() += 1);
            token = page.token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), finished, "{order}");
        if order == "finishTimeAscending" {
            assert!(
                seen.values().any(|count| *count > 1),
                "equal times at a border come again"
            );
        }
    }
}

#[tokio::test]
async fn a_token_is_bound_to_its_order_and_filters() {
    let service = Service::start(Size::Small);
    let first = service
        .get("/build/builds?queryOrder=finishTimeAscending&$top=6")
        .await;
    let token = first.token.clone().unwrap().replace(':', "%3A");
    let next = service
        .get(&format!(
            "/build/builds?queryOrder=finishTimeAscending&$top=6&continuationToken={token}"
        ))
        .await;
    assert_ne!(next.ids()[0], first.ids()[0]);
    for other in [
        "",
        "&queryOrder=queueTimeAscending",
        "&queryOrder=finishTimeAscending&statusFilter=completed",
    ] {
        let again = service
            .get(&format!(
                "/build/builds?$top=6{other}&continuationToken={token}"
            ))
            .await;
        let begun = service.get(&format!("/build/builds?$top=6{other}")).await;
        assert_eq!(again.ids(), begun.ids(), "{other}");
    }
}

#[tokio::test]
async fn the_default_order_hides_what_runs_and_filters_find_it() {
    let service = Service::start(Size::Small);
    let open = service
        .rows_of_project("builds")
        .into_iter()
        .filter(|row| row["status"] != "completed");
    let mut open = open
        .map(|row| row["id"].as_i64().unwrap())
        .collect::<Vec<_>>();
    assert!(!open.is_empty());
    let page = service.get("/build/builds?$top=8").await;
    assert!(page.ids().iter().all(|id| !open.contains(id)));
    let mut found = service
        .get("/build/builds?statusFilter=inProgress,notStarted,cancelling,postponed")
        .await
        .ids();
    found.sort_unstable();
    open.sort_unstable();
    assert_eq!(found, open);
    assert_eq!(
        service
            .get("/build/builds?statusFilter=running")
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    // A time filter is about the time of the order.
    let later = service
        .get("/build/builds?queryOrder=finishTimeAscending&minTime=2026-10-01T00:00:00Z")
        .await
        .json();
    assert!(
        later["value"]
            .as_array()
            .unwrap()
            .iter()
            .all(|build| build["finishTime"].as_str().unwrap() >= "2026-10")
    );
}

#[tokio::test]
async fn timelines_come_in_every_shape() {
    let service = Service::start(Size::Medium);
    let with_timeline = service.rows_of_project("timelines");
    let with_timeline = with_timeline
        .iter()
        .map(|row| (row["build_id"].as_i64().unwrap(), row))
        .collect::<BTreeMap<_, _>>();
    let mut shapes = BTreeMap::<String, usize>::new();
    for build in service
        .rows_of_project("builds")
        .iter()
        .filter(|row| row["status"] == "completed")
    {
        let id = build["id"].as_i64().unwrap();
        let got = service.get(&format!("/build/builds/{id}/timeline")).await;
        let records = if got.text.starts_with("{\"changeId") {
            got.json()["records"].clone()
        } else {
            json!("none")
        };
        let shape = match (&records, got.status) {
            (Value::Array(_), _) => "records",
            (Value::Null, _) => "null",
            (_, status) if got.text.is_empty() && status == StatusCode::OK => "empty body",
            (_, StatusCode::NO_CONTENT) => "204",
            (_, StatusCode::NOT_FOUND) => "404",
            other => panic!("{other:?} {}", got.text),
        };
        *shapes.entry(shape.to_owned()).or_default() += 1;
        let expected = with_timeline
            .get(&id)
            .map(|row| row["records"].as_array().unwrap());
        assert_eq!(
            matches!(shape, "records" | "null"),
            expected.is_some(),
            "{id} {shape}"
        );
        let Some(expected) = expected else { continue };
        let mut found = records.as_array().map_or(0, Vec::len);
        let mut earlier = records
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|record| record["previousAttempts"].as_array().unwrap());
        let mut timelines = earlier
            .by_ref()
            .map(|attempt| attempt["timelineId"].as_str().unwrap())
            .collect::<Vec<_>>();
        timelines.sort_unstable();
        timelines.dedup();
        for timeline in &timelines {
            let earlier = service
                .get(&format!("/build/builds/{id}/timeline/{timeline}"))
                .await
                .json();
            found += earlier["records"].as_array().unwrap().len();
        }
        assert_eq!(found, expected.len(), "{id}");
        if !timelines.is_empty() {
            *shapes.entry("retried".to_owned()).or_default() += 1;
        }
    }
    for shape in ["records", "null", "empty body", "204", "404", "retried"] {
        assert!(
            shapes.contains_key(shape),
            "{shape} is not among {shapes:?}"
        );
    }
}

#[tokio::test]
async fn lists_cut_descriptions_and_single_answers_do_not() {
    let service = Service::start(Size::Small);
    let whole = service.rows_of_project("pull_request_descriptions");
    assert!(!whole.is_empty());
    let list = service
        .get("/git/pullrequests?searchCriteria.status=all&$top=1000")
        .await;
    let list = list.json();
    for row in whole {
        let id = &row["pull_request_id"];
        let listed = list["value"]
            .as_array()
            .unwrap()
            .iter()
            .find(|listed| listed["pullRequestId"] == *id)
            .unwrap();
        let listed = listed["description"].as_str().unwrap();
        assert_eq!(listed.encode_utf16().count(), 400, "{id}");
        let full = row["description"].as_str().unwrap();
        assert!(full.encode_utf16().count() >= 400);
        let one = service.get(&format!("/git/pullrequests/{id}")).await.json();
        assert_eq!(
            one["description"].as_str().unwrap().replace('\0', ""),
            full,
            "{id}"
        );
    }
}

#[tokio::test]
async fn pull_requests_are_active_unless_asked_otherwise_and_newest_first() {
    let service = Service::start(Size::Small);
    let all = service.rows_of_project("pull_requests");
    let count = |status: &str| all.iter().filter(|row| row["status"] == status).count();
    for (query, expected) in [
        ("", count("active")),
        ("?searchCriteria.status=active&$top=1000", count("active")),
        (
            "?searchCriteria.status=completed&$top=1000",
            count("completed"),
        ),
        (
            "?searchCriteria.status=abandoned&$top=1000",
            count("abandoned"),
        ),
        ("?searchCriteria.status=all&$top=1000", all.len()),
        ("?searchCriteria.status=all&$top=4&$skip=2", 4),
        (
            "?searchCriteria.status=all&searchCriteria.minTime=2099-01-01T00:00:00Z",
            0,
        ),
    ] {
        let got = service.get(&format!("/git/pullrequests{query}")).await;
        let value = got.json();
        let ids = value["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["pullRequestId"].as_i64().unwrap());
        let ids = ids.collect::<Vec<_>>();
        assert_eq!(ids.len(), expected, "{query}");
        assert!(ids.is_sorted_by(|first, second| first > second), "{query}");
    }
}

#[tokio::test]
async fn changes_name_exactly_the_rows_that_change() {
    let service = Service::start(Size::Small);
    let entities = [
        "repositories",
        "refs",
        "commits",
        "pull_requests",
        "pull_request_threads",
        "pull_request_descriptions",
        "build_definitions",
        "builds",
        "timelines",
    ];
    let snapshot = || {
        entities.map(|entity| {
            let rows = service.rows(entity).into_iter().map(|row| row.to_string());
            (entity, rows.collect::<BTreeSet<_>>())
        })
    };
    for kind in [
        "push_commits",
        "force_push",
        "create_pull_request",
        "vote_pull_request",
        "comment_pull_request",
        "abandon_pull_request",
        "reactivate_pull_request",
        "complete_pull_request",
        "queue_build",
        "start_build",
        "finish_build",
        "retry_build",
        "create_repository",
        "disable_repository",
    ] {
        let before = snapshot();
        let changed = service.change(kind, &json!({}));
        assert!(!changed.is_empty(), "{kind}");
        for ((entity, old), (_, new)) in before.into_iter().zip(snapshot()) {
            for row in old.symmetric_difference(&new) {
                let row = serde_json::from_str::<Value>(row).unwrap();
                let told = changed.iter().any(|(name, key)| {
                    let key = key.as_object().unwrap();
                    *name == entity && key.iter().all(|(column, value)| row[column] == *value)
                });
                assert!(
                    told,
                    "{kind} changed {entity} {row:.300} and told {changed:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_below_a_disabled_repository_is_not_found() {
    let service = Service::start(Size::Small);
    let disabled = service
        .rows("repositories")
        .into_iter()
        .find(|row| row["is_disabled"] == true)
        .unwrap();
    let id = disabled["id"].as_str().unwrap();
    assert_eq!(
        service.get(&format!("/git/repositories/{id}")).await.status,
        StatusCode::OK
    );
    for path in [
        "refs",
        "commits",
        "pushes",
        "pullrequests",
        "stats/branches",
    ] {
        let got = service.get(&format!("/git/repositories/{id}/{path}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            got.json()["message"]
                .as_str()
                .unwrap()
                .starts_with("TF401019"),
            "{path}"
        );
    }
}
