//! What single endpoints do beyond reading a list.

use wiremock::{Request, ResponseTemplate};

use crate::support::{at, in_turn, json, parameter, project, service, status};

#[tokio::test]
async fn a_build_without_a_timeline_has_none() {
    for answer in [
        ResponseTemplate::new(204),
        json(""),
        json("null"),
        status(404, ""),
        status(
            404,
            r#"{"message":"The requested build 1 could not be found."}"#,
        ),
    ] {
        let service = in_turn(vec![answer]).await;
        let timeline = service.client().timeline(project(), 1).await.unwrap();
        assert_eq!(timeline, None);
        assert_eq!(service.client().requests(), 1);
    }
}

#[tokio::test]
async fn a_timeline_without_records_is_a_timeline() {
    let body = r#"{"id":"165b97c1-18f9-4ca1-a378-2a9859343d6d","records":null,"changeId":27}"#;
    let service = in_turn(vec![json(body)]).await;
    let timeline = service.client().timeline(project(), 1).await.unwrap();
    let timeline = timeline.unwrap();
    assert!(timeline.records.is_empty());
    assert_eq!(timeline.change_id, Some(27));
    assert_eq!(timeline.observed_at, at("2026-04-01T10:48:34Z"));
}

#[tokio::test]
async fn an_answer_that_is_no_timeline_is_not_taken_for_none() {
    for body in ["{}", r#"{"records":"x"}"#, "[]", "\"\""] {
        let service = in_turn(vec![json(body)]).await;
        let error = service.client().timeline(project(), 1).await.unwrap_err();
        assert!(
            matches!(error, azdo::Error::Unreadable(_)),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_record_says_where_its_earlier_attempts_are() {
    let body = r#"{"id":"165b97c1-18f9-4ca1-a378-2a9859343d6d","records":[
        {"id":"8a79845a-de88-53e2-f84c-16d783ce3674","attempt":2,"type":"Stage","previousAttempts":
          [{"attempt":1,"timelineId":"265b97c1-18f9-4ca1-a378-2a9859343d6d","recordId":"8a79845a-de88-53e2-f84c-16d783ce3674"}]},
        {"type":"Job"}]}"#;
    let service = in_turn(vec![json(body)]).await;
    let timeline = service.client().timeline(project(), 1).await.unwrap();
    let timeline = timeline.unwrap();
    let attempts = timeline.records[0].attempts();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].attempt, Some(1));
    assert!(attempts[0].timeline_id.is_some());
    assert_eq!(timeline.unreadable[0].raw, r#"{"type":"Job"}"#);
}

#[tokio::test]
async fn all_changes_of_a_large_changeset_are_read() {
    let service = service(|request: &Request| {
        let change = |n: usize| format!(r#"{{"item":{{"path":"$/P/{n}"}},"changeType":"add"}}"#);
        let changes = |from: usize, to: usize| (from..to).map(change).collect::<Vec<_>>().join(",");
        if request.url.path().ends_with("/changes") {
            let skip: usize = parameter(request, "$skip").unwrap().parse().unwrap();
            json(&format!(
                r#"{{"value":[{}]}}"#,
                changes(skip, 250.min(skip + 60).max(skip))
            ))
        } else {
            json(&format!(
                r#"{{"changesetId":9,"hasMoreChanges":true,"changes":[{}]}}"#,
                changes(0, 100)
            ))
        }
    })
    .await;
    let changeset = service.client().changeset(9).await.unwrap().unwrap();
    let paths: Vec<String> = changeset
        .changes
        .into_iter()
        .map(|change| change.path)
        .collect();
    let expected: Vec<String> = (0..250).map(|n| format!("$/P/{n}")).collect();
    assert_eq!(paths, expected);
    assert_eq!(changeset.has_more_changes, Some(false));
}

#[tokio::test]
async fn changesets_are_asked_for_by_id_and_in_full() {
    let service = in_turn(vec![json(r#"{"value":[]}"#)]).await;
    let pages = service.client().changesets().after(41).pages();
    pages.items().await.unwrap();
    assert_eq!(
        service.asked().await,
        [
            "/azure-devops/fabrikam/_apis/tfvc/changesets?$orderby=id%20asc&maxCommentLength=100000\
          &searchCriteria.fromId=42&$top=1000&api-version=7.1"
        ]
    );
}

#[tokio::test]
async fn a_tree_that_was_cut_is_read_to_its_leaves() {
    let service = service(|request: &Request| {
        let ids = parameter(request, "ids");
        let body = match ids.as_deref() {
            None => r#"{"id":1,"structureType":"area","hasChildren":true,"children":[{"id":2,"hasChildren":true},{"id":3,"hasChildren":false}]}"#,
            Some("2") => r#"{"id":2,"hasChildren":true,"children":[{"id":4,"hasChildren":true},{"name":"no id"}]}"#,
            // What hides its children is asked for once only.
            _ => r#"{"id":4,"hasChildren":true}"#,
        };
        json(&format!(r#"{{"value":[{body}]}}"#))
    })
    .await;
    let mut pages = service.client().classification_nodes(project());
    let page = futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
    let mut read: Vec<_> = page
        .items
        .iter()
        .map(|node| (node.id, node.parent_id))
        .collect();
    read.sort_unstable();
    assert_eq!(read, [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2))]);
    assert_eq!(page.unreadable[0].reason, "no id");
    assert_eq!(service.client().requests(), 3);
}

#[tokio::test]
async fn a_tree_that_is_too_deep_costs_only_its_depths() {
    let open = r#"{"path":"$/P/x","children":["#.repeat(2_000);
    let body = format!(r#"{{"value":[{open}{}]}}"#, "]}".repeat(2_000));
    let service = in_turn(vec![json(&body)]).await;
    let mut pages = service.client().tfvc_branches(project());
    let page = futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
    assert_eq!(page.items.len(), 201);
    assert_eq!(page.unreadable[0].reason, "nested too deeply");
}

#[tokio::test]
async fn json_that_others_could_not_swallow_is_set_aside() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = format!(r#"{{"value":[{{"id":1,"x":{deep}}},{{"id":2}}]}}"#);
    let service = in_turn(vec![json(&body)]).await;
    let mut pages = service.client().builds(project()).finished().pages();
    let page = futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.unreadable[0].reason, "x is nested too deeply");
}

#[tokio::test]
async fn what_has_no_field_is_kept_and_variables_are_not() {
    let body = r#"{"value":[{"id":1,"name":"a\u0000b","new":{"x":[1, 2]},"queueStatus":3,
        "createdDate":"soon","variables":{"password":{"value":"secret"}},"type":null}]}"#;
    let service = in_turn(vec![json(body)]).await;
    let definitions = service
        .client()
        .definitions(project())
        .items()
        .await
        .unwrap();
    let definition = &definitions[0];
    assert_eq!(definition.name.as_deref(), Some("ab"));
    assert_eq!(definition.queue_status.as_deref(), Some("3"));
    assert_eq!(definition.r#type, None);
    assert_eq!(
        definition.extra,
        r#"{"new":{"x":[1, 2]},"createdDate":"soon"}"#
    );
}

#[tokio::test]
async fn a_revision_keeps_all_fields_and_reads_the_usual_ones() {
    let fields = r#"{"System.Id":3,"System.State":"Done","System.AreaId":"12","System.BoardColumnDone":"True",
        "System.CreatedBy":{"id":"d291b0c4-a05c-4ea6-8df1-4b41d5f39eff","uniqueName":"Jamal <j@x.com>"},
        "System.AssignedTo":"Normal <n@x.com>","System.RevisedDate":"9999-01-01T00:00:00Z",
        "System.ChangedDate":"2015-06-23T18:25:16.137Z","Microsoft.VSTS.Scheduling.StoryPoints":5.5,
        "Microsoft.VSTS.Common.Priority":2.0,"Custom.Risk":"high \ud83d"}"#;
    let body = format!(r#"{{"values":[{{"id":3,"rev":8,"fields":{fields}}}],"isLastBatch":true}}"#);
    let service = in_turn(vec![json(&body)]).await;
    let revisions = service.client().revisions().pages().items().await.unwrap();
    let revision = &revisions[0];
    assert_eq!(revision.fields, fields.replace("\\ud83d", "\\ufffd"));
    assert_eq!(revision.state.as_deref(), Some("Done"));
    assert_eq!(revision.area_id, Some(12));
    assert_eq!(revision.board_column_done, Some(true));
    assert_eq!(revision.revised_date, None);
    assert_eq!(revision.changed_date, Some(at("2015-06-23T18:25:16.137Z")));
    assert_eq!(revision.story_points, Some(5.5));
    assert_eq!(revision.priority, Some(2));
    let author = revision.created_by.as_ref().unwrap();
    assert_eq!(author.display_name.as_deref(), Some("Jamal"));
    let assignee = revision.assigned_to.as_ref().unwrap();
    assert_eq!(assignee.unique_name.as_deref(), Some("n@x.com"));
}

#[tokio::test]
async fn a_vote_names_its_voter() {
    let id = "41113706-4320-4083-9150-925feb93fc22";
    let body = format!(
        r#"{{"value":[{{"id":5,"properties":{{"CodeReviewThreadType":{{"$type":"System.String","$value":"VoteUpdate"}},
        "CodeReviewVoteResult":{{"$value":"10"}},"CodeReviewVotedByIdentity":{{"$value":"1"}}}},
        "identities":{{"1":{{"id":"{id}","displayName":"N"}}}},
        "threadContext":{{"filePath":"/a.rs","rightFileStart":{{"line":7,"offset":1}}}},
        "comments":[{{"id":1,"content":"x","usersLiked":[{{}},{{}}]}}]}}]}}"#
    );
    let service = in_turn(vec![json(&body)]).await;
    let repository = uuid::Uuid::from_u128(8);
    let threads = service
        .client()
        .threads(project(), repository, 1)
        .await
        .unwrap();
    let thread = &threads.unwrap().items[0];
    assert_eq!(thread.r#type.as_deref(), Some("VoteUpdate"));
    assert_eq!(thread.vote_result.as_deref(), Some("10"));
    assert_eq!(
        thread.voted_by.as_ref().unwrap().id,
        Some(id.parse().unwrap())
    );
    assert_eq!(thread.file_path.as_deref(), Some("/a.rs"));
    assert_eq!(thread.line, Some(7));
    assert_eq!(thread.comments[0].likes, 2);
}

#[tokio::test]
async fn only_branches_and_tags_count_as_refs() {
    let body = r#"{"value":[{"name":"refs/heads/main","objectId":"a"},{"name":"refs/pull/1/merge"},{"name":"refs/tags/v1","peeledObjectId":"b"}]}"#;
    let service = in_turn(vec![json(body)]).await;
    let refs = service.client().refs(project(), uuid::Uuid::from_u128(8));
    let names: Vec<String> = refs
        .items()
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.name)
        .collect();
    assert_eq!(names, ["refs/heads/main", "refs/tags/v1"]);
}

#[tokio::test]
async fn the_user_in_a_remote_is_removed() {
    let body = r#"{"value":[{"id":"00000000-0000-0000-0000-000000000001","remoteUrl":"https://fabrikam@dev.azure.com/fabrikam/P%20Q/_git/R"}]}"#;
    let service = in_turn(vec![json(body)]).await;
    let repositories = service.client().repositories().items().await.unwrap();
    assert_eq!(
        repositories[0].remote_url.as_deref(),
        Some("https://dev.azure.com/fabrikam/P%20Q/_git/R")
    );
}

#[tokio::test]
async fn tags_are_text_in_both_forms() {
    for tags in [
        r#""a; b""#,
        r#"[{"id":"1","name":"a"},{"id":"2","name":"b"}]"#,
    ] {
        let body = format!(
            r#"{{"values":[{{"id":3,"rev":8,"fields":{{"System.Tags":{tags}}}}}],"isLastBatch":true}}"#
        );
        let service = in_turn(vec![json(&body)]).await;
        let revisions = service.client().revisions().pages().items().await.unwrap();
        assert_eq!(revisions[0].tags.as_deref(), Some("a; b"));
    }
}
