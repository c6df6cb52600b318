//! How listings go on, and how they end.

use azdo::{Error, Order, Page};
use futures::StreamExt as _;
use wiremock::{Request, ResponseTemplate};

use crate::support::{at, in_turn, json, list, parameter, project, service, status};

fn with_token(ids: impl IntoIterator<Item = i64>, token: &str) -> ResponseTemplate {
    json(&list(ids)).insert_header("X-MS-ContinuationToken", token)
}

fn ids(page: &Page<azdo::PullRequest>) -> Vec<i64> {
    page.items.iter().map(|item| item.pull_request_id).collect()
}

/// A server that holds these pull requests and gives at most `cap` of them at once.
fn capped(all: Vec<i64>, cap: usize) -> impl Fn(&Request) -> ResponseTemplate {
    move |request| {
        let number = |name| parameter(request, name).and_then(|text| text.parse::<usize>().ok());
        let top = number("$top").unwrap_or(101).min(cap);
        let skip = number("$skip").unwrap_or(0);
        json(&list(all.iter().copied().skip(skip).take(top)))
    }
}

#[tokio::test]
async fn a_header_token_is_followed_with_an_unchanged_query() {
    let token = "2017-11-20T13:18:01.1275996Z+x";
    let service = in_turn(vec![
        with_token([1, 2], token),
        with_token([], "b"),
        json(&list([3])),
    ])
    .await;
    let since = at("2026-01-01T00:00:00.123456789Z");
    let pages = service
        .client()
        .builds(project())
        .finished_since(since)
        .pages();
    assert_eq!(pages.order(), Order::OldestFirst);
    let pages: Vec<_> = pages.map(Result::unwrap).collect().await;
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[0].token.as_deref(), Some(token));
    assert_eq!(pages[0].observed_at, at("2026-04-01T10:48:34Z"));
    assert_eq!(pages[2].items[0].id, 3);
    let base = "/azure-devops/fabrikam/00000000-0000-0000-0000-000000000007/_apis/build/builds\
                ?$top=1000&minTime=2026-01-01T00%3A00%3A00.1234567Z\
                &queryOrder=finishTimeAscending&statusFilter=completed";
    assert_eq!(
        service.asked().await,
        [
            format!("{base}&api-version=7.1"),
            format!(
                "{base}&continuationToken=2017-11-20T13%3A18%3A01.1275996Z%2Bx&api-version=7.1"
            ),
            format!("{base}&continuationToken=b&api-version=7.1"),
        ]
    );
}

#[tokio::test]
async fn a_token_that_comes_again_ends_in_an_error_and_keeps_what_was_read() {
    let service = in_turn(vec![
        with_token([1], "a"),
        with_token([2], "b"),
        with_token([3], "a"),
    ])
    .await;
    let mut pages = service.client().builds(project()).finished().pages();
    for id in 1..=3 {
        assert_eq!(pages.next().await.unwrap().unwrap().items[0].id, id);
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Endless(_)), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(service.client().requests(), 3);
}

#[tokio::test]
async fn a_page_that_comes_again_under_another_token_is_an_error() {
    let service = in_turn(vec![with_token([1, 2], "a"), with_token([1, 2], "b")]).await;
    let mut pages = service.client().builds(project()).finished().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 2);
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Endless(_)), "{error}");
}

#[tokio::test]
async fn a_silent_cap_hides_nothing() {
    for cap in [1, 3, 7, 50, 100, 101, 1000] {
        for length in [0, 1, 7, 49, 50, 99, 100, 101, 102, 250] {
            let all: Vec<i64> = (1..=length).rev().collect();
            let service = service(capped(all.clone(), cap)).await;
            let pages = service.client().pull_requests(project()).all().pages();
            let read: Vec<i64> = pages
                .items()
                .await
                .unwrap()
                .iter()
                .map(|item| item.pull_request_id)
                .collect();
            assert_eq!(read, all, "cap {cap}");
        }
    }
}

#[tokio::test]
async fn once_long_pages_were_seen_a_short_one_is_the_end() {
    let service = service(|request: &Request| {
        let is_active = parameter(request, "searchCriteria.status").as_deref() == Some("active");
        let length = if is_active { 3 } else { 45 };
        capped((1..=length).collect(), 1000)(request)
    })
    .await;
    let all = || service.client().pull_requests(project());
    all().all().pages().items().await.unwrap();
    assert_eq!(service.client().requests(), 2, "the end had to be proven");
    let active = all().active().pages().items().await.unwrap();
    assert_eq!(active.len(), 3);
    assert_eq!(service.client().requests(), 3);
}

#[tokio::test]
async fn an_empty_listing_is_one_empty_page() {
    let service = in_turn(vec![json(&list([]))]).await;
    let pages = service.client().pull_requests(project()).all().pages();
    let pages: Vec<_> = pages.map(Result::unwrap).collect().await;
    assert_eq!(pages.len(), 1);
    assert!(pages[0].items.is_empty());
    assert_eq!(service.client().requests(), 1);
}

#[tokio::test]
async fn what_is_merged_while_we_page_hides_nothing_else() {
    // Between the two pages the newest two are merged, and all others move up by two.
    let service = service(|request: &Request| {
        let is_first = parameter(request, "$skip").is_none();
        let newest = if is_first { 150 } else { 148 };
        capped((1..=newest).rev().collect(), 100)(request)
    })
    .await;
    let pages = service.client().pull_requests(project()).active().pages();
    let mut read = Vec::new();
    for page in pages.collect::<Vec<_>>().await {
        read.extend(ids(&page.unwrap()));
    }
    assert_eq!(read, (1..=150).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_service_that_ignores_skip_does_not_keep_us_for_ever() {
    let service = in_turn(vec![json(&list(1..=100))]).await;
    let pages = service.client().pull_requests(project()).all().pages();
    let error = pages.items().await.unwrap_err();
    assert!(matches!(error, Error::Endless(_)), "{error}");
    assert_eq!(service.client().requests(), 2);
}

#[tokio::test]
async fn a_whole_list_that_ignores_skip_is_complete() {
    let service = in_turn(vec![json(&list(1..=7))]).await;
    let pages = service.client().pull_requests(project()).all().pages();
    assert_eq!(pages.items().await.unwrap().len(), 7);
}

#[tokio::test]
async fn an_unpaged_list_is_asked_for_once_whatever_its_length() {
    let repositories: Vec<String> = (1..=100)
        .map(|id| format!(r#"{{"id":"{}"}}"#, uuid::Uuid::from_u128(id)))
        .collect();
    let body = format!(r#"{{"value":[{}],"count":100}}"#, repositories.join(","));
    let service = in_turn(vec![json(&body)]).await;
    let read = service.client().repositories().items().await.unwrap();
    assert_eq!(read.len(), 100);
    let asked = service.asked().await;
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].contains("$top"), "{asked:?}");
}

#[tokio::test]
async fn a_page_that_breaks_the_service_is_asked_for_in_smaller_pieces() {
    let service = service(|request: &Request| {
        let top: usize = parameter(request, "$top").unwrap().parse().unwrap();
        if top > 20 {
            status(500, "")
        } else {
            capped((1..=30).collect(), 1000)(request)
        }
    })
    .await;
    let pages = service.client().pull_requests(project()).all().pages();
    assert_eq!(pages.items().await.unwrap().len(), 30);
}

fn revisions(ids: &[i64], token: &str, is_last: bool) -> String {
    let values: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id":{id},"rev":1,"fields":{{"System.State":"New"}}}}"#))
        .collect();
    format!(
        r#"{{"values":[{}],"nextLink":"https://evil.example/x?continuationToken={token}&api-version=2.0","isLastBatch":{is_last}}}"#,
        values.join(",")
    )
}

#[tokio::test]
async fn a_reporting_feed_ends_with_its_last_batch_and_leaves_a_token() {
    let service = in_turn(vec![
        json(&revisions(&[1], "813;350;1", false)),
        json(&revisions(&[], "814;350;1", false)),
        json(&revisions(&[2], "815;350;1", true)),
    ])
    .await;
    let since = at("2026-01-01T00:00:00Z");
    let pages = service.client().revisions().since(since).pages();
    let pages: Vec<_> = pages.map(Result::unwrap).collect().await;
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[2].token.as_deref(), Some("815;350;1"));
    let asked = service.asked().await;
    assert!(asked[0].contains("startDateTime=2026-01-01T00%3A00%3A00.0000000Z"));
    for later in &asked[1..] {
        assert!(!later.contains("startDateTime"), "{later}");
    }
    assert!(
        asked[1].contains("continuationToken=813%3B350%3B1&"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_token_takes_the_place_of_a_start() {
    let service = in_turn(vec![json(&revisions(&[], "1", true))]).await;
    let feed = service.client().revisions();
    let feed = feed.since(at("2026-01-01T00:00:00Z")).after("7;8;9");
    feed.pages().items().await.unwrap();
    let asked = service.asked().await;
    assert!(
        asked[0].contains("continuationToken=7%3B8%3B9"),
        "{asked:?}"
    );
    assert!(!asked[0].contains("startDateTime"), "{asked:?}");
}

#[tokio::test]
async fn a_feed_that_never_reports_its_end_is_left() {
    let service = in_turn(vec![
        json(&revisions(&[1], "a", false)),
        json(&revisions(&[], "b", false)),
        json(&revisions(&[], "b", false)),
    ])
    .await;
    let mut pages = service.client().revisions().pages();
    for _ in 0..3 {
        pages.next().await.unwrap().unwrap();
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Endless(_)), "{error}");
}

#[tokio::test]
async fn one_item_without_a_key_costs_no_other() {
    let body = r#"{"value":[{"id":1},{"id":"2"},{"x":1},null,7,{"id":99999999999999999999},{"id":1.5},{"id":3}]}"#;
    let service = in_turn(vec![json(body)]).await;
    let mut pages = service.client().builds(project()).finished().pages();
    let page = pages.next().await.unwrap().unwrap();
    let read: Vec<i64> = page.items.iter().map(|build| build.id).collect();
    assert_eq!(read, [1, 2, 3]);
    let wrong: Vec<&str> = page
        .unreadable
        .iter()
        .map(|item| item.raw.as_str())
        .collect();
    assert_eq!(
        wrong,
        [
            r#"{"x":1}"#,
            "7",
            r#"{"id":99999999999999999999}"#,
            r#"{"id":1.5}"#
        ]
    );
    assert_eq!(page.unreadable[0].reason, "no id");
}

#[tokio::test]
async fn unfinished_builds_are_one_listing_once_lists_of_statuses_are_proven() {
    // Understands lists; 1 is finished, 2 runs, 3 waits.
    let service = service(|request: &Request| {
        let filter = parameter(request, "statusFilter").unwrap();
        let has = |wanted: &str| filter.split(',').any(|status| status == wanted);
        let builds = [(1, "completed"), (2, "inProgress"), (3, "notStarted")];
        let found: Vec<String> = builds
            .iter()
            .filter(|(_, status)| has(status))
            .map(|(id, status)| format!(r#"{{"id":{id},"status":"{status}"}}"#))
            .collect();
        json(&format!(r#"{{"value":[{}]}}"#, found.join(",")))
    })
    .await;
    for requests in [2, 3] {
        let pages = service.client().builds(project()).unfinished();
        let read = pages.items().await.unwrap();
        assert_eq!(
            read.iter().map(|build| build.id).collect::<Vec<_>>(),
            [2, 3]
        );
        assert_eq!(service.client().requests(), requests);
    }
}

#[tokio::test]
async fn unfinished_builds_are_all_found_where_lists_are_not_understood() {
    for understands in ["nothing", "bad request"] {
        let service = service(move |request: &Request| {
            let filter = parameter(request, "statusFilter").unwrap();
            match filter.as_str() {
                "inProgress" => json(r#"{"value":[{"id":2,"status":"inProgress"}]}"#),
                "notStarted" => json(r#"{"value":[{"id":3,"status":"notStarted"}]}"#),
                list if list.contains(',') && understands == "bad request" => status(400, "{}"),
                _ => json(&list([])),
            }
        })
        .await;
        let read = service.client().builds(project()).unfinished();
        let read = read.items().await.unwrap();
        assert_eq!(
            read.iter().map(|build| build.id).collect::<Vec<_>>(),
            [2, 3]
        );
    }
}
