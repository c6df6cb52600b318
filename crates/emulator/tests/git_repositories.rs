//! The repositories of the world, read with plain git and compared with what was made.

#![expect(
    clippy::unwrap_used,
    reason = "what helps tests is not itself a test to clippy"
)]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
};

use emulator::{
    Emulator, Running, Seed, Size,
    change::{self, Order},
    truth,
};
use serde_json::{Value, json};

const PAT: &str = "test-token";

fn seed(size: Size) -> Seed {
    Seed {
        organization: String::from("fabrikam"),
        seed: 7,
        size,
        pat: String::from(PAT),
        directory: None,
        repositories: Vec::new(),
    }
}

fn rows(emulator: &Emulator, entity: &str) -> Vec<Value> {
    let world = emulator.world();
    let reader = world.organization.main_reader();
    truth::rows(&world, &reader, entity).expect("the entity exists")
}

/// A directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("emulator-git-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn git(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .current_dir(directory)
        .args([
            "-c",
            &format!("http.extraHeader=Authorization: Bearer {PAT}"),
        ])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .expect("git is installed");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn the_same_seed_makes_the_same_history() {
    for size in [Size::Small] {
        let worlds = [
            Emulator::make(seed(size)).unwrap(),
            Emulator::make(seed(size)).unwrap(),
        ];
        for entity in emulator::git::ENTITIES {
            let [first, second] = worlds.each_ref().map(|world| rows(world, entity));
            assert!(!first.is_empty(), "{entity}");
            assert_eq!(first, second, "{entity}");
        }
    }
}

#[test]
fn a_world_has_as_many_as_planned() {
    for size in [Size::Small, Size::Medium] {
        let emulator = Emulator::make(seed(size)).unwrap();
        let plan = size.plan();
        let commits = rows(&emulator, "commits");
        let hidden = rows(&emulator, "repositories")
            .into_iter()
            .find(|row| row["name"].as_str().unwrap().contains(".wiki"))
            .unwrap();
        let open = commits
            .iter()
            .filter(|row| row["repository_id"] != hidden["id"])
            .count();
        assert_eq!(open, plan.commits, "{size}");
        assert_eq!(
            rows(&emulator, "pull_requests").len(),
            plan.pull_requests,
            "{size}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_has_exactly_the_commits_of_the_truth() {
    let running = Running::start(
        Emulator::make(seed(Size::Small)).unwrap(),
        "127.0.0.1:0".parse().unwrap(),
    )
    .await
    .unwrap();
    let commits = rows(running.emulator(), "commits");
    let scratch = Scratch::new();
    let mut seen = 0;
    for repository in rows(running.emulator(), "repositories") {
        let (id, project) = (
            repository["id"].as_str().unwrap(),
            repository["project_id"].as_str().unwrap(),
        );
        let url = format!(
            "{}/azure-devops/fabrikam/{project}/_git/{id}",
            running.url()
        );
        let (cloned, said) = git(&scratch.0, &["clone", "--mirror", &url, id]);
        assert_eq!(
            cloned,
            repository["is_disabled"] == false,
            "{repository}: {said}"
        );
        if !cloned {
            assert!(
                said.contains("TF401019") || said.contains("not found"),
                "{said}"
            );
            continue;
        }
        let (_, log) = git(
            &scratch.0.join(id),
            &[
                "log",
                "--branches",
                "--tags",
                "--numstat",
                "--format=%x01%H",
            ],
        );
        let mut expected = commits
            .iter()
            .filter(|commit| commit["repository_id"] == id)
            .map(summary)
            .collect::<Vec<_>>();
        let mut found = log.split('\u{1}').skip(1).map(logged).collect::<Vec<_>>();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{}", repository["name"]);
        seen += found.len();
    }
    assert_eq!(seen, commits.len());
    running.stop().await;
}

fn summary(commit: &Value) -> String {
    let number = |name: &str| commit[name].as_i64().unwrap();
    let (files, added, deleted) = (
        number("files_changed"),
        number("lines_added"),
        number("lines_deleted"),
    );
    format!(
        "{} {files} +{added} -{deleted}",
        commit["commit_id"].as_str().unwrap()
    )
}

fn logged(text: &str) -> String {
    let mut lines = text.lines();
    let id = lines.next().unwrap();
    let files = lines.filter(|line| line.contains('\t')).collect::<Vec<_>>();
    let sum = |place: usize| {
        files
            .iter()
            .filter_map(|line| line.split('\t').nth(place)?.parse::<i64>().ok())
            .sum::<i64>()
    };
    format!("{id} {} +{} -{}", files.len(), sum(0), sum(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn blobless_clones_are_served_and_filters_by_size_are_refused() {
    let running = Running::start(
        Emulator::make(seed(Size::Small)).unwrap(),
        "127.0.0.1:0".parse().unwrap(),
    )
    .await
    .unwrap();
    let scratch = Scratch::new();
    // By name: the name of this project needs every kind of escape.
    let repository = rows(running.emulator(), "repositories")
        .into_iter()
        .find(|row| row["web_url"].as_str().unwrap().contains("%23"))
        .unwrap();
    let path = repository["web_url"]
        .as_str()
        .unwrap()
        .strip_prefix("https://dev.azure.com")
        .unwrap()
        .to_owned();
    let url = format!("{}/azure-devops{path}", running.url());
    for (filter, served) in [
        ("blob:none", true),
        ("tree:0", true),
        ("blob:limit=1k", false),
    ] {
        let name = filter.replace([':', '='], "-");
        let (cloned, said) = git(
            &scratch.0,
            &["clone", "--bare", "--filter", filter, &url, &name],
        );
        assert_eq!(cloned, served, "{filter}: {said}");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_brings_what_was_pushed_since() {
    let running = Running::start(
        Emulator::make(seed(Size::Small)).unwrap(),
        "127.0.0.1:0".parse().unwrap(),
    )
    .await
    .unwrap();
    let repository = rows(running.emulator(), "repositories").remove(0);
    let (id, project) = (
        repository["id"].as_str().unwrap(),
        repository["project_id"].as_str().unwrap(),
    );
    let scratch = Scratch::new();
    let url = format!(
        "{}/azure-devops/fabrikam/{project}/_git/{id}",
        running.url()
    );
    let (cloned, said) = git(&scratch.0, &["clone", "--mirror", &url, "mirror"]);
    assert!(cloned, "{said}");
    for (kind, count) in [("push_commits", 120), ("force_push", 1)] {
        let arguments = json!({ "repository": id, "count": count })
            .as_object()
            .unwrap()
            .clone();
        let order = Order {
            kind: kind.to_owned(),
            arguments,
        };
        change::carry_out(&mut running.emulator().world_mut(), &order).unwrap();
        // Hundreds of commits that the client has make a request that it compresses.
        let (fetched, said) = git(&scratch.0.join("mirror"), &["fetch", "--prune", "origin"]);
        assert!(fetched, "{said}");
        let (_, found) = git(
            &scratch.0.join("mirror"),
            &["rev-list", "--branches", "--tags", "--count"],
        );
        let expected = rows(running.emulator(), "commits")
            .iter()
            .filter(|commit| commit["repository_id"] == id)
            .count();
        assert_eq!(found.trim(), expected.to_string(), "{kind}");
    }
    let (pushed, _) = git(
        &scratch.0.join("mirror"),
        &["push", &url, "refs/heads/main:refs/heads/other"],
    );
    assert!(!pushed, "nobody pushes over HTTP");
    running.stop().await;
}

#[test]
fn a_real_repository_is_served_with_all_its_commits() {
    let scratch = Scratch::new();
    let identity = [
        "-c",
        "user.name=Somebody",
        "-c",
        "user.email=somebody@example.com",
    ];
    for arguments in [
        vec!["init", "--initial-branch=trunk", "."],
        vec!["commit", "--allow-empty", "-m", "one"],
        vec!["checkout", "-b", "topic"],
        vec!["commit", "--allow-empty", "-m", "two"],
        vec!["update-ref", "refs/remotes/origin/gone", "topic"],
        vec!["checkout", "--detach", "trunk"],
        vec!["commit", "--allow-empty", "-m", "on no branch"],
        vec!["branch", "-D", "topic"],
    ] {
        let (done, said) = git(&scratch.0, &[&identity[..], &arguments].concat());
        assert!(done, "{arguments:?}: {said}");
    }
    let seed = Seed {
        repositories: vec![scratch.0.clone()],
        ..seed(Size::Small)
    };
    let emulator = Emulator::make(seed).unwrap();
    let name = scratch.0.file_name().unwrap().to_str().unwrap();
    let repository = rows(&emulator, "repositories")
        .into_iter()
        .find(|row| row["name"] == name)
        .unwrap();
    let commits = rows(&emulator, "commits")
        .into_iter()
        .filter(|row| row["repository_id"] == repository["id"]);
    let mut comments = commits
        .map(|row| row["comment"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    comments.sort();
    assert_eq!(comments, ["on no branch", "one", "two"]);
}
