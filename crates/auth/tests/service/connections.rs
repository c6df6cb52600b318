use std::path::Path;

use crate::house::{BASIC, CONTOSO, FABRIKAM, House, TOKEN, request};
use wire::proto::control::v1::AddConnectionRequest;

#[tokio::test]
async fn a_connection_is_added_listed_and_removed() {
    let house = House::new().await;
    let added = house
        .add(AddConnectionRequest {
            description: "What we do at work".to_owned(),
            tags: vec!["team-a".to_owned()],
            organizations: vec![
                "https://dev.azure.com/fabrikam".to_owned(),
                "https://fabrikam.visualstudio.com".to_owned(),
                "contoso".to_owned(),
            ],
            ..request("Work")
        })
        .await
        .unwrap();
    let organizations: Vec<_> = added
        .organizations
        .iter()
        .map(|found| {
            (
                found.name.as_str(),
                found.id.parse().unwrap(),
                found.state.as_str(),
            )
        })
        .collect();
    let expected = [
        ("contoso", CONTOSO, "active"),
        ("fabrikam", FABRIKAM, "active"),
    ];
    assert_eq!(organizations, expected);
    for name in ["", "work", &added.id] {
        assert_eq!(
            house.list(name).await.unwrap(),
            std::slice::from_ref(&added),
            "{name}"
        );
    }
    assert_eq!(house.remove("WORK").await.unwrap(), added);
    assert_eq!(house.list("").await.unwrap(), []);
    assert_eq!(house.sql("SELECT count(*) FROM auth.secrets").await, "0");
    let error = house.remove("work").await.unwrap_err();
    assert!(error.contains("adit connection list"), "{error}");
    assert!(house.remove("").await.is_err());
}

#[tokio::test]
async fn a_name_is_taken_regardless_of_case() {
    let house = House::new().await;
    house.add(request("Work")).await.unwrap();
    let error = house.add(request("wORK")).await.unwrap_err();
    assert!(error.contains("another name"), "{error}");
    let (one, other) = tokio::join!(house.add(request("Play")), house.add(request("play")));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[tokio::test]
async fn what_does_not_work_is_not_stored_and_says_what_to_do() {
    let house = House::new().await;
    let check = async |organization: &str, token: &str, expected: &str| {
        let organizations = match organization {
            "" => Vec::new(),
            name => vec!["fabrikam".to_owned(), name.to_owned()],
        };
        let error = house
            .add(AddConnectionRequest {
                organizations,
                personal_access_token: token.to_owned(),
                ..request("Work")
            })
            .await
            .unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("canary"), "{error}");
    };
    check(
        "unknown",
        TOKEN,
        "unknown: there is no organization of this name",
    )
    .await;
    check(
        "contoso",
        "canary-mistyped",
        "contoso: Azure DevOps does not accept",
    )
    .await;
    check("public", TOKEN, "public: Azure DevOps does not accept").await;
    check(
        "https://example.com/x",
        TOKEN,
        "https://dev.azure.com/fabrikam",
    )
    .await;
    check("", TOKEN, "--organization").await;
    assert_eq!(
        house.sql("SELECT count(*) FROM auth.connections").await,
        "0"
    );
}

#[tokio::test]
async fn the_token_is_nowhere_in_the_files_of_the_database() {
    let mut house = House::new().await;
    house.add(request("findable-name")).await.unwrap();
    house.sql("CHECKPOINT").await;
    house.stop().await;
    house.postgres.stop().await.unwrap();
    let files = house.directory.path().join("postgres");
    assert!(occurs(&files, b"findable-name"));
    assert!(!occurs(&files, TOKEN.as_bytes()));
    assert!(!occurs(&files, BASIC.as_bytes()));
    // Nor in the files of NATS, which the request came through.
    assert!(!occurs(
        &house.directory.path().join("nats"),
        TOKEN.as_bytes()
    ));
}

fn occurs(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return occurs(&path, needle);
        }
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}
