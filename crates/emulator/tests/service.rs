//! The emulator as a client meets it.

#[cfg(test)]
mod service {
    pub(crate) mod asking;
}

use axum::http::StatusCode;
use emulator::{Emulator, Running, Seed, truth};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::service::asking::{Asked, REVISIONS, Service};

#[tokio::test]
async fn a_bad_credential_has_many_faces() {
    let service = Service::new();
    for (name, value, method, expected) in [
        ("accept", "application/json", "GET", StatusCode::FOUND),
        (
            "x-tfs-fedauthredirect",
            "Suppress",
            "GET",
            StatusCode::UNAUTHORIZED,
        ),
        (
            "x-tfs-fedauthredirect",
            "Suppress",
            "POST",
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let path = if method == "POST" {
            "/_apis/security/permissionevaluationbatch"
        } else {
            "/_apis/projects"
        };
        let asked = service
            .request(method, path)
            .token("expired")
            .header(name, value)
            .send()
            .await;
        assert_eq!(asked.status, expected, "{name} {method}");
    }
    let stranger = service
        .request("GET", "/_apis/projects")
        .token(emulator::organization::STRANGER_PAT)
        .send()
        .await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert!(stranger.text().contains("TF400813"));
    let bearer = service
        .request("GET", "/_apis/projects")
        .header("authorization", &format!("Bearer {}", emulator::world::PAT));
    assert_eq!(bearer.send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_preview_wants_its_flag_and_words_come_in_any_case() {
    let service = Service::new();
    let plain = service.get("/_apis/connectionData?api-version=7.1").await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
    assert_eq!(plain.json()["typeKey"], "VssInvalidPreviewVersionException");
    let asked = service
        .request("GET", "/_APIS/ConnectionData?api-version=7.1-preview.1")
        .header("x-tfs-session", "s1")
        .send()
        .await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(asked.header("x-tfs-session"), "s1");
    assert_eq!(
        asked.header("content-type"),
        "application/json; charset=utf-8; api-version=7.1-preview.1"
    );
    assert_eq!(asked.json()["instanceId"], service.world_id());
}

#[tokio::test]
async fn projects_come_page_by_page_and_only_those_in_sight() {
    let service = Service::new();
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let page = service
            .get(&format!("/_apis/projects?stateFilter=all&$top=2{token}"))
            .await;
        names.extend(
            page.items("value")
                .iter()
                .map(|project| project["name"].as_str().unwrap().to_owned()),
        );
        match page.header("x-ms-continuationtoken") {
            "" => break,
            next => token = format!("&continuationToken={next}"),
        }
    }
    assert_eq!(
        names,
        [
            "Fabrikam",
            "Größe & Maß #1 + 50% $x",
            "Contoso Legacy",
            "Empty Quarter",
            "Closing Down"
        ]
    );
    for (name, expected) in [
        ("Vault", StatusCode::NOT_FOUND),
        ("Closing%20Down", StatusCode::UNAUTHORIZED),
        (
            "Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F%20%231%20%2B%2050%25%20%24x",
            StatusCode::OK,
        ),
    ] {
        assert_eq!(
            service.get(&format!("/{name}/_apis/wit/tags")).await.status,
            expected,
            "{name}"
        );
    }
    let limited = service
        .request("GET", "/_apis/projects")
        .token(emulator::organization::LIMITED_PAT)
        .send()
        .await;
    assert_eq!(limited.items("value").len(), 2);
}

#[tokio::test]
async fn the_revision_feed_is_capped_goes_on_by_token_and_equals_the_truth() {
    let service = Service::new();
    let rows = service.all_revisions().await;
    let first = service.get(&format!("{REVISIONS}&$maxPageSize=1000")).await;
    assert_eq!(first.items("values").len(), 200);
    let mut read: Vec<(i64, i64)> = rows
        .iter()
        .map(|row| (row["id"].as_i64().unwrap(), row["rev"].as_i64().unwrap()))
        .collect();
    let told = service.truth("work_item_revisions");
    let mut expected: Vec<(i64, i64)> = told
        .iter()
        .map(|row| (row["id"].as_i64().unwrap(), row["rev"].as_i64().unwrap()))
        .collect();
    read.sort_unstable();
    expected.sort_unstable();
    assert_eq!(read, expected);
    let both = service
        .get(&format!(
            "{REVISIONS}&continuationToken=1;1;1&startDateTime=2026-01-01"
        ))
        .await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_edit_comes_as_one_row_after_the_token() {
    let service = Service::new();
    let token = service.last_token().await;
    let id = service.truth("work_items")[0]["id"].clone();
    let changed = service.change(&json!({ "kind": "edit_work_item", "id": id, "fields": { "System.Title": "new \u{0}title" } }));
    assert_eq!(changed.len(), 1);
    let page = service
        .get(&format!("{REVISIONS}&continuationToken={token}"))
        .await;
    let rows = page.items("values");
    assert_eq!(
        (
            rows.len(),
            &rows[0]["id"],
            &rows[0]["fields"]["System.Title"]
        ),
        (1, &id, &json!("new \u{0}title"))
    );
    let told = service.truth("work_items");
    let row = told.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row["title"], "new title");
}

#[tokio::test]
async fn the_posted_form_takes_fields_and_gives_no_token_in_the_body() {
    let service = Service::new();
    let body = json!({ "fields": ["System.Title", "System.CreatedBy"], "types": ["Bug"], "includeDeleted": true });
    let asked = service
        .request(
            "POST",
            "/_apis/wit/reporting/workItemRevisions?api-version=7.1",
        )
        .body(&body)
        .send()
        .await;
    let answer = asked.json();
    assert!(
        answer["nextLink"]
            .as_str()
            .unwrap()
            .contains("continuationToken=")
    );
    assert_eq!(answer.get("continuationToken"), None);
    let fields = answer["values"][0]["fields"].as_object().unwrap();
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        ["System.CreatedBy", "System.Title"]
    );
    assert!(fields["System.CreatedBy"].is_string());
}

#[tokio::test]
async fn the_tree_is_cut_at_its_depth() {
    let service = Service::new();
    let roots = service
        .get("/Fabrikam/_apis/wit/classificationNodes?$depth=1")
        .await;
    let child = &roots.items("value")[0]["children"][0];
    assert_eq!(
        (&child["hasChildren"], child.get("children")),
        (&json!(true), None)
    );
}

#[tokio::test]
async fn a_batch_fails_whole_or_omits() {
    let service = Service::new();
    let live = service
        .truth("work_items")
        .iter()
        .find(|row| row["is_deleted"] == false)
        .unwrap()["id"]
        .clone();
    let ask = |policy: &'static str| {
        service
            .request("POST", "/_apis/wit/workitemsbatch")
            .body(&json!({ "ids": [live, 99_999_999], "errorPolicy": policy }))
    };
    assert_eq!(ask("fail").send().await.status, StatusCode::NOT_FOUND);
    let omitted = ask("omit").send().await;
    assert_eq!(
        (&omitted.items("value")[0]["id"], &omitted.items("value")[1]),
        (&live, &Value::Null)
    );
}

#[tokio::test]
async fn requests_are_counted_by_endpoint() {
    let service = Service::new();
    service.get("/_apis/projects").await;
    service.get("/_apis/projects").await;
    service.get("/_apis/nothing/here").await;
    let counted = service.emulator.counts().endpoints();
    let of = |template: &str| {
        counted
            .iter()
            .find(|(endpoint, _)| endpoint.template == template)
            .map(|(_, count)| count.requests)
    };
    assert_eq!(of("/azure-devops/{organization}/_apis/projects"), Some(2));
    assert_eq!(of("unmatched"), Some(1));
    service.emulator.counts().reset();
    assert_eq!(service.emulator.counts().total(), 0);
}

#[tokio::test]
async fn answers_are_spoilt_on_request() {
    let service = Service::new();
    let clean = service.get("/_apis/projects").await;
    let check = async |effect: Value, expected: fn(&Asked, &Asked)| {
        service.emulator.faults().clear();
        service.emulator.faults().add(
            serde_json::from_value(json!({ "path": "/projects", "times": 1, "effect": effect }))
                .unwrap(),
        );
        expected(&service.get("/_apis/projects").await, &clean);
        assert_eq!(
            service.get("/_apis/projects").await.body,
            clean.body,
            "{effect}"
        );
    };
    check(json!({ "kind": "throttle", "seconds": 7 }), |asked, _| {
        assert_eq!(
            (asked.status, asked.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "7")
        );
        assert!(asked.text().contains("TF400733"));
    })
    .await;
    check(
        json!({ "kind": "throttle", "seconds": 7, "date": true }),
        |asked, _| {
            assert!(asked.header("retry-after").ends_with(" GMT"));
        },
    )
    .await;
    check(json!({ "kind": "slow", "seconds": 3 }), |asked, clean| {
        assert_eq!(
            (asked.header("retry-after"), &asked.body),
            ("3", &clean.body)
        );
    })
    .await;
    check(json!({ "kind": "inactive" }), |asked, _| {
        assert_eq!(asked.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(asked.body.starts_with(&[0xEF, 0xBB, 0xBF]) && asked.text().contains("TF24668"));
    })
    .await;
    check(json!({ "kind": "sign_in" }), |asked, _| {
        assert_eq!(
            (asked.status, asked.header("content-type")),
            (
                StatusCode::NON_AUTHORITATIVE_INFORMATION,
                "text/html; charset=utf-8"
            )
        );
    })
    .await;
    check(json!({ "kind": "drop", "percent": 50 }), |asked, clean| {
        assert!(asked.items("value").len() < clean.items("value").len());
    })
    .await;
    check(
        json!({ "kind": "status", "status": 418, "headers": { "x-a": "b" }, "body": "no" }),
        |asked, _| {
            assert_eq!(
                (
                    asked.status.as_u16(),
                    asked.header("x-a"),
                    asked.text().as_str()
                ),
                (418, "b", "no")
            );
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_can_repeat_or_be_empty_first() {
    let service = Service::new();
    service.emulator.faults().add(
        serde_json::from_value(
            json!({ "path": "workitemrevisions", "effect": { "kind": "repeat" } }),
        )
        .unwrap(),
    );
    let first = service.get(&format!("{REVISIONS}&$maxPageSize=10")).await;
    let second = service
        .get(&format!(
            "{REVISIONS}&$maxPageSize=10&continuationToken=100;1;1"
        ))
        .await;
    assert_eq!(first.body, second.body);
    service.emulator.faults().clear();
    service.emulator.faults().add(
        serde_json::from_value(
            json!({ "path": "workitemrevisions", "times": 1, "effect": { "kind": "empty" } }),
        )
        .unwrap(),
    );
    let empty = service.get(REVISIONS).await.json();
    assert_eq!(
        (&empty["values"], &empty["isLastBatch"]),
        (&json!([]), &json!(false))
    );
    let next = service
        .get(&format!(
            "{REVISIONS}&continuationToken={}",
            empty["continuationToken"].as_str().unwrap()
        ))
        .await;
    assert_eq!(next.items("values").len(), 200);
}

#[tokio::test]
async fn a_body_can_break_off_before_its_promised_end() {
    let running = Running::start(
        Emulator::make(Seed::default()).unwrap(),
        "127.0.0.1:0".parse().unwrap(),
    )
    .await
    .unwrap();
    running.emulator().faults().add(
        serde_json::from_value(
            json!({ "path": "/projects", "effect": { "kind": "cut", "bytes": 20 } }),
        )
        .unwrap(),
    );
    let address = running.url().trim_start_matches("http://").to_owned();
    let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "GET /azure-devops/fabrikam/_apis/projects HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
        emulator::world::PAT
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The connection may be reset: what came before counts.
    let _reset = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), 20);
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert!(promised.parse::<usize>().unwrap() > 20, "{head}");
    running.stop().await;
}

#[test]
fn the_same_seed_makes_the_same_truth() {
    let told = |seed| {
        let emulator = Emulator::make(Seed {
            seed,
            ..Seed::default()
        })
        .unwrap();
        let world = emulator.world();
        let reader = world.organization.main_reader();
        truth::entities()
            .map(|entity| (entity, truth::lines(&world, &reader, entity).unwrap()))
            .collect::<Vec<_>>()
    };
    let (first, second, other) = (told(7), told(7), told(8));
    for ((entity, one), (_, two)) in first.iter().zip(&second) {
        assert!(
            one == two,
            "{entity} differs between two worlds of one seed"
        );
    }
    assert_ne!(first, other);
}

#[test]
fn the_truth_holds_what_can_be_stored() {
    let emulator = Emulator::make(Seed::default()).unwrap();
    let world = emulator.world();
    let reader = world.organization.main_reader();
    for entity in truth::entities() {
        let lines = truth::lines(&world, &reader, entity).unwrap();
        let count = truth::count(&world, &reader, entity);
        assert!(count > 0, "{entity} is empty");
        let rows: Vec<Value> = lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(rows.len(), count);
        let text = json!(rows).to_string();
        assert!(
            !text.contains('\0') && !text.contains("9999-01-01T00:00:00.000000Z"),
            "{entity}"
        );
    }
}

#[test]
fn rights_withdrawn_take_a_project_out_of_sight() {
    let service = Service::new();
    let before = service.truth("work_items").len();
    service.change(&json!({ "kind": "hide_project", "project": "Fabrikam" }));
    assert!(service.truth("work_items").len() < before);
    assert!(
        service
            .truth("projects")
            .iter()
            .all(|project| project["name"] != "Fabrikam")
    );
    service.change(&json!({ "kind": "show_project", "project": "Fabrikam" }));
    assert_eq!(service.truth("work_items").len(), before);
}

#[test]
fn random_changes_tell_what_they_changed() {
    let service = Service::new();
    let changed = service.change(&json!({ "kind": "random", "count": 12 }));
    assert!(changed.len() >= 6, "{changed:?}");
    for entry in changed
        .iter()
        .filter(|entry| entry["operation"] != "deleted")
    {
        let entity = entry["entity"].as_str().unwrap();
        let holds = |row: &Value| {
            entry["key"]
                .as_object()
                .unwrap()
                .iter()
                .all(|(name, value)| row[name] == *value)
        };
        assert!(service.truth(entity).iter().any(holds), "{entry}");
    }
}
