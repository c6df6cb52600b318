//! Every recorded answer of an endpoint that we ask is read without loss of key, date or state.
//!
//! The recordings are not ours to publish, so they stay in a folder that `ADIT_EXAMPLES_DIR` names.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azdo::{Error, Hosts, Http, HttpOptions, Pages, Presence, StaticCredential, Unpaced, User};
use futures::StreamExt as _;
use serde_json::Value;
use uuid::Uuid;
use wiremock::ResponseTemplate;

use crate::support::{Service, at, in_turn, project};

/// What of an answer belongs to another entity, or to the page and not to a report.
const NOT_OURS: [&str; 10] = [
    "project",
    "_links",
    "repository",
    "queue",
    "definition",
    "log",
    "lastMergeCommit",
    "lastMergeSourceCommit",
    "lastMergeTargetCommit",
    "locationServiceData",
];

struct Recording {
    name: String,
    /// Behind `_apis`, in small letters.
    path: Vec<String>,
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

#[tokio::test]
async fn every_recorded_answer_is_read_without_loss() {
    let Some(folder) = std::env::var_os("ADIT_EXAMPLES_DIR") else {
        complain("ADIT_EXAMPLES_DIR is not set: NO RECORDED ANSWER WAS READ");
        return;
    };
    let (mut read, mut refused) = (Vec::new(), 0);
    for file in files(Path::new(&folder)) {
        let Some(recording) = recording(&file) else {
            continue;
        };
        if recording.status == 203 || !(200..300).contains(&recording.status) {
            refuse(&recording).await;
            refused += 1;
        } else if let Some(shown) = shown(&recording).await {
            compare(&recording, &shown);
            read.push(recording.name);
        }
    }
    assert!(
        !read.is_empty(),
        "no answer of ours in {}",
        folder.display()
    );
    complain(&format!(
        "{} recorded answers and {refused} refusals were read: {}",
        read.len(),
        read.join(", ")
    ));
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of examples");
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn recording(file: &Path) -> Option<Recording> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let value: Value = serde_json::from_str(&text).ok()?;
    let address = value["request"]["url"].as_str()?;
    let path = address.split('?').next()?.split("/_apis/").nth(1)?;
    let headers = value["response"]["headers"].as_object();
    let headers = headers.into_iter().flatten().filter_map(|(name, value)| {
        let kept = ["content-type", "x-ms-continuationtoken", "date"];
        let name = name.to_ascii_lowercase();
        let kept = kept.contains(&name.as_str()) || name.starts_with("x-tfs-s");
        kept.then(|| Some((name, value.as_str()?.to_owned())))?
    });
    let mut path: Vec<String> = path.split('/').map(str::to_ascii_lowercase).collect();
    let body = value["response"].get("body")?.clone();
    // What is ordered by POST answers like what is read by its id.
    if value["request"]["method"] == "POST" && body.get("id").is_some() {
        path.push("1".to_owned());
    }
    Some(Recording {
        name: file.file_stem()?.to_string_lossy().into_owned(),
        path,
        status: u16::try_from(value["response"]["status"].as_u64()?).ok()?,
        headers: headers.collect(),
        body,
    })
}

async fn serve(recording: &Recording, body: &Value) -> Service {
    let text = match body {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        json => json.to_string(),
    };
    let mut answer = ResponseTemplate::new(recording.status).set_body_raw(text, "application/json");
    for (name, value) in &recording.headers {
        answer = answer.insert_header(name.as_str(), value.as_str());
    }
    in_turn(vec![answer]).await
}

async fn refuse(recording: &Recording) {
    let service = serve(recording, &recording.body).await;
    let builds = service.client().builds(project()).finished().pages();
    let error = builds.items().await.expect_err(&recording.name);
    let expected = match recording.status {
        203 | 300..=399 | 401 => matches!(error, Error::Unauthorized(_)),
        403 => matches!(error, Error::Forbidden(_)),
        404 => matches!(error, Error::NotFound(_)),
        429 => matches!(error, Error::Throttled(_)),
        503 => matches!(
            error,
            Error::OrganizationInactive(_) | Error::Unavailable(_)
        ),
        _ => matches!(error, Error::BadRequest(_)),
    };
    assert!(expected, "{}: {error}", recording.name);
    let said = error.explanation().expect("an answer");
    assert!(said.message.len() <= 2048);
    let text = recording.body.as_str().unwrap_or_default();
    let explains = !text.trim().is_empty() || recording.body.get("message").is_some();
    assert!(
        !explains || !said.message.is_empty(),
        "{} explains itself: {said:?}",
        recording.name
    );
}

/// The first page of a listing, as we read it.
async fn page<T: Debug>(mut pages: Pages<T>, name: &str) -> String {
    let page = pages.next().await.expect("a page").expect(name);
    assert_eq!(page.unreadable, [], "{name}");
    format!("{:?}", page.items)
}

/// What we read of the answer; `None` if we never ask for such.
async fn shown(recording: &Recording) -> Option<String> {
    let path: Vec<&str> = recording.path.iter().map(String::as_str).collect();
    let name = recording.name.as_str();
    let mut body = recording.body.clone();
    if body.is_null() {
        return None;
    }
    // One root of areas or iterations comes bare; we ask for both at once.
    if path.starts_with(&["wit", "classificationnodes"]) && body.get("value").is_none() {
        body = serde_json::json!({ "value": [body] });
    }
    let service = serve(recording, &body).await;
    let client = service.client();
    let project = project();
    let shown = match path.as_slice() {
        ["connectiondata"] => format!("{:?}", client.connection_data().await.expect(name)),
        ["profile", "profiles", _] => {
            format!("{:?}", user(&service).profile().await.expect(name))
        }
        ["accounts"] => format!("{:?}", user(&service).accounts(project).await.expect(name)),
        ["projects"] => page(client.projects(), name).await,
        ["projects", _] => match client.project(project).await.expect(name) {
            Presence::There(project) => format!("{project:?}"),
            other => panic!("{name}: {other:?}"),
        },
        ["teams"] | ["projects", _, "teams"] => page(client.teams(), name).await,
        ["wit", "fields"] => page(client.fields(), name).await,
        ["wit", "workitemtypes"] => page(client.work_item_types(project), name).await,
        ["wit", "workitemtypecategories"] => {
            page(client.work_item_type_categories(project), name).await
        }
        ["wit", "classificationnodes", ..] => {
            page(client.classification_nodes(project), name).await
        }
        ["wit", "reporting", "workitemrevisions"] => page(client.revisions().pages(), name).await,
        ["wit", "reporting", "workitemlinks"] => page(client.work_item_links().pages(), name).await,
        ["git", rest @ ..] => git(&service, rest, name).await?,
        ["build", rest @ ..] => build(&service, rest, name).await?,
        ["tfvc", rest @ ..] => tfvc(&service, rest, name).await?,
        _ => return None,
    };
    Some(shown)
}

async fn git(service: &Service, path: &[&str], name: &str) -> Option<String> {
    let client = service.client();
    let (project, repository) = (project(), Uuid::from_u128(8));
    Some(match path {
        ["repositories"] => page(client.repositories(), name).await,
        ["repositories", _] => match client.repository(project, repository).await.expect(name) {
            Presence::There(repository) => format!("{repository:?}"),
            other => panic!("{name}: {other:?}"),
        },
        ["repositories", _, "refs"] => page(client.refs(project, repository), name).await,
        ["pullrequests"] | ["repositories", _, "pullrequests"] => {
            page(client.pull_requests(project).pages(), name).await
        }
        ["pullrequests", _] | ["repositories", _, "pullrequests", _] => {
            let one = client.pull_request(project, repository, 1).await;
            format!("{:?}", one.expect(name).expect(name))
        }
        ["repositories", _, "pullrequests", _, "threads"] => {
            let threads = client.threads(project, repository, 1).await;
            format!("{:?}", threads.expect(name).expect(name).items)
        }
        _ => return None,
    })
}

async fn build(service: &Service, path: &[&str], name: &str) -> Option<String> {
    let client = service.client();
    let project = project();
    Some(match path {
        ["definitions"] => page(client.definitions(project), name).await,
        ["builds"] => page(client.builds(project).finished().pages(), name).await,
        ["builds", _] => {
            let build = client.build(project, 1).await;
            format!("{:?}", build.expect(name).expect(name))
        }
        ["builds", _, "timeline"] => {
            let timeline = client.timeline(project, 1).await;
            let timeline = timeline.expect(name).expect(name);
            assert_eq!(timeline.unreadable, [], "{name}");
            format!("{timeline:?}")
        }
        _ => return None,
    })
}

async fn tfvc(service: &Service, path: &[&str], name: &str) -> Option<String> {
    let client = service.client();
    let project = project();
    Some(match path {
        ["changesets"] => page(client.changesets().pages(), name).await,
        ["changesets", _] => {
            let changeset = client.changeset(1).await;
            format!("{:?}", changeset.expect(name).expect(name))
        }
        ["changesets", _, "changes"] => page(client.changes(1, 0), name).await,
        ["branches"] => page(client.tfvc_branches(project), name).await,
        ["labels"] => page(client.tfvc_labels(project), name).await,
        _ => return None,
    })
}

fn user(service: &Service) -> User {
    let http = Http::new(HttpOptions::new(|| at("2026-01-01T00:00:00Z"))).expect("roots of trust");
    let hosts = Hosts::prefixed(&service.server.uri().parse().expect("a URL"));
    let credential = Arc::new(StaticCredential::bearer("first"));
    User::new(&http, &hosts, credential, Arc::new(Unpaced))
}

fn compare(recording: &Recording, shown: &str) {
    let shown = plain(shown);
    let body = &recording.body;
    let list = body.get("value").or_else(|| body.get("values"));
    let items = match list.unwrap_or(body) {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let is_refs = recording.path.last().is_some_and(|last| last == "refs");
    for item in &items {
        let name = item["name"].as_str().unwrap_or_default();
        if is_refs && !name.starts_with("refs/heads/") && !name.starts_with("refs/tags/") {
            continue;
        }
        assert_kept(&recording.name, item, &shown);
    }
}

/// Walks through all that the item says and looks for its keys, dates and states in what we read.
fn assert_kept(recording: &str, item: &Value, shown: &str) {
    let members = match item {
        Value::Object(members) => members,
        Value::Array(items) => {
            for item in items {
                assert_kept(recording, item, shown);
            }
            return;
        }
        _ => return,
    };
    for (name, value) in members {
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Object(_) | Value::Array(_) => {
                assert_kept(recording, value, shown);
                continue;
            }
            _ => continue,
        };
        let kept = if is_date(&text) {
            shown.contains(&text) || is_never(&text) || shown.contains(&timestamp(&text))
        } else if matters(name) {
            text.is_empty() || text == Uuid::nil().to_string() || shown.contains(&plain(&text))
        } else {
            true
        };
        assert!(kept, "{recording}: {name} = {text} is lost in {shown}");
    }
}

fn matters(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let words = [
        "id", "state", "status", "result", "rev", "reason", "name", "path", "vote", "type",
    ];
    let is_id = last.ends_with("Id") && last != "parentCommentId";
    is_id || words.iter().any(|word| last.eq_ignore_ascii_case(word))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 19 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b'T'
}

fn is_never(text: &str) -> bool {
    text.starts_with("0001-") || text.starts_with("9999-")
}

fn timestamp(text: &str) -> String {
    let zoned = text.parse::<jiff::Timestamp>();
    let date = zoned.or_else(|_| format!("{text}Z").parse::<jiff::Timestamp>());
    date.map_or_else(
        |error| panic!("{text}: {error}"),
        |date| format!("{date:?}"),
    )
}

/// Without the backslashes that both JSON and `Debug` add.
fn plain(text: &str) -> String {
    text.replace('\\', "")
}
