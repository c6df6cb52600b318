//! The git side, against git's own server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;

use azdo::Error;
use azdo::git::{Commit, Failure, Limits};
use futures::StreamExt as _;
use uuid::Uuid;

use crate::remote::{Setting, git, history, write};

/// Lines added, lines deleted, path.
type Numbers = (Option<u64>, Option<u64>, String);

/// What people compare with: hash, then lines of `added deleted path`.
fn numstat(directory: &Path) -> BTreeMap<String, Vec<Numbers>> {
    let arguments = [
        "log",
        "--branches",
        "--tags",
        "-z",
        "--numstat",
        "--format=%x01%H%x00%x02",
    ];
    let output = git(
        directory,
        &["-c", "core.attributesFile=/dev/null"]
            .into_iter()
            .chain(arguments)
            .collect::<Vec<_>>(),
    );
    let text = String::from_utf8_lossy(&output).into_owned();
    let mut tokens = text.split('\0').peekable();
    let mut log = BTreeMap::new();
    let mut files = Vec::new();
    let mut hash = String::new();
    while let Some(token) = tokens.next() {
        if let Some(next) = token
            .strip_prefix('\u{1}')
            .filter(|_| tokens.peek() == Some(&"\u{2}"))
        {
            if !hash.is_empty() {
                log.insert(std::mem::take(&mut hash), std::mem::take(&mut files));
            }
            next.clone_into(&mut hash);
            continue;
        }
        let words: Vec<&str> = token.trim_start_matches('\n').splitn(3, '\t').collect();
        if let [added, deleted, path] = words[..] {
            let path = if path.is_empty() {
                tokens.next();
                tokens.next().unwrap_or_default()
            } else {
                path
            };
            files.push((added.parse().ok(), deleted.parse().ok(), path.to_owned()));
        }
    }
    log.insert(hash, files);
    log
}

fn same_numbers(commits: &[Commit], directory: &Path) {
    let ours: BTreeMap<String, Vec<_>> = commits
        .iter()
        .map(|commit| {
            let files = commit.files.iter();
            let files = files.map(|file| (file.lines_added, file.lines_deleted, file.path.clone()));
            (commit.commit_id.clone(), files.collect())
        })
        .collect();
    assert_eq!(ours, numstat(directory));
}

#[tokio::test]
async fn commits_have_the_numbers_of_git_log() {
    let setting = Setting::new().await;
    history(&setting.origin);
    // Without files: attributes in a working copy would change what is compared with.
    let bare = setting.origin.with_extension("bare");
    git(
        &setting.origin,
        &["clone", "-q", "--mirror", ".", &bare.to_string_lossy()],
    );
    let mirror = setting.mirror().await;
    assert!(setting.fetch(&mirror, "project").await.unwrap());
    let commits = setting.commits(&mirror, &[]).await;
    same_numbers(&commits, &bare);
    let by_comment = |wanted: &str| {
        let mut found = commits
            .iter()
            .filter(|commit| commit.comment.starts_with(wanted));
        found.next().unwrap().clone()
    };
    let rename = by_comment("rename");
    let renamed = rename
        .files
        .iter()
        .find(|file| file.old_path.is_some())
        .unwrap();
    assert_eq!(renamed.path, "é \"q\" a.txt");
    assert_eq!(renamed.old_path.as_deref(), Some("a.txt"));
    assert_eq!(renamed.change_type.as_deref(), Some("rename"));
    assert!(
        rename
            .files
            .iter()
            .any(|file| file.path == "tab\tand\nline")
    );
    let first = by_comment("first");
    assert_eq!(first.comment, "first\n\nwith a body");
    assert_eq!(first.author.name, "N Ö");
    assert_eq!(first.author.offset_minutes, Some(0));
    assert!(first.author.date.is_some());
    let binary = first
        .files
        .iter()
        .find(|file| file.path == "b.bin")
        .unwrap();
    assert_eq!((binary.lines_added, binary.lines_deleted), (None, None));
    assert_eq!(binary.change_type.as_deref(), Some("add"));
    assert_eq!(first.files_changed, 4);
    let merge = by_comment("merge");
    assert!(merge.is_merge() && merge.files.is_empty());
    assert_eq!(
        commits
            .iter()
            .filter(|commit| commit.comment.is_empty())
            .count(),
        1
    );
    by_comment("\u{1}a root");
}

#[tokio::test]
async fn only_what_is_new_is_read_again() {
    let setting = Setting::new().await;
    history(&setting.origin);
    let mirror = setting.mirror().await;
    setting.fetch(&mirror, "project").await.unwrap();
    let known: Vec<String> = mirror
        .tips()
        .await
        .unwrap()
        .into_iter()
        .filter_map(|tip| tip.commit_id)
        .chain([
            "0123456789012345678901234567890123456789".to_owned(),
            "--all".to_owned(),
        ])
        .collect();
    assert!(!setting.fetch(&mirror, "project").await.unwrap());
    assert!(setting.commits(&mirror, &known).await.is_empty());
    write(&setting.origin, "new", b"1\n");
    git(&setting.origin, &["add", "."]);
    git(&setting.origin, &["commit", "-qm", "new"]);
    git(&setting.origin, &["branch", "-qD", "side/é"]);
    git(&setting.origin, &["branch", "-q", "side"]);
    assert!(setting.fetch(&mirror, "project").await.unwrap());
    let new = setting.commits(&mirror, &known).await;
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].lines_added, 1);
    let names: Vec<String> = mirror
        .tips()
        .await
        .unwrap()
        .into_iter()
        .map(|tip| tip.name)
        .collect();
    assert_eq!(
        names,
        [
            "refs/heads/main",
            "refs/heads/side",
            "refs/tags/light",
            "refs/tags/tree",
            "refs/tags/v1"
        ]
    );
}

#[tokio::test]
async fn pages_are_as_small_as_they_are_asked_to_be() {
    let setting = Setting::new().await;
    history(&setting.origin);
    let limits = Limits {
        page_commits: 3,
        files: 1,
        ..Limits::default()
    };
    let mirror = setting.mirror_with(limits).await;
    setting.fetch(&mirror, "project").await.unwrap();
    let pages = mirror.commits(&setting.asker.client, Vec::new());
    let lengths: Vec<usize> = pages.map(|page| page.unwrap().items.len()).collect().await;
    assert_eq!(lengths, [3, 3, 1]);
    let commits = setting.commits(&mirror, &[]).await;
    let mut found = commits
        .iter()
        .filter(|commit| commit.comment.starts_with("first"));
    let first = found.next().unwrap();
    assert_eq!(
        (first.files.len(), first.files_changed, first.lines_added),
        (1, 4, 8)
    );
}

#[tokio::test]
async fn an_empty_repository_is_a_success() {
    let setting = Setting::new().await;
    git(&setting.origin, &["init", "-q", "."]);
    let mirror = setting.mirror().await;
    assert!(!setting.fetch(&mirror, "project").await.unwrap());
    assert!(setting.commits(&mirror, &[]).await.is_empty());
}

#[tokio::test]
async fn the_credential_is_renewed_once_and_never_shown() {
    let setting = Setting::new().await;
    history(&setting.origin);
    let mirror = setting.mirror().await;
    // The first token is refused by the server, so this needs the second.
    setting.fetch(&mirror, "project").await.unwrap();
    assert_eq!(setting.asker.tokens.rejected(), 1);
    let seen = setting.asker.pace.seen();
    let statuses: Vec<_> = seen.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Some(401), Some(200)]);
    assert_eq!(setting.served.load(Ordering::SeqCst), 3);
    assert_eq!(setting.asker.client.requests(), 3);
    let found = Command::new("grep")
        .args(["-r", "second"])
        .arg(&setting.cache)
        .output()
        .unwrap();
    assert!(found.stdout.is_empty(), "the token is on the disk");
}

#[tokio::test]
async fn refusals_of_the_remote_are_told_apart() {
    let setting = Setting::new().await;
    let mirror = setting.mirror().await;
    for (project, is_expected) in [
        (
            "hidden",
            (|failure| matches!(failure, Failure::NotFound(_))) as fn(&Failure) -> bool,
        ),
        ("forbidden", |failure| {
            matches!(failure, Failure::Forbidden(_))
        }),
        ("down", |failure| matches!(failure, Failure::Unavailable(_))),
    ] {
        let error = setting.fetch(&mirror, project).await.unwrap_err();
        let Error::Git(failure) = error else {
            panic!("{error}");
        };
        assert!(is_expected(&failure), "{project}: {failure}");
        assert!(failure.text().len() <= 2048);
    }
}

#[tokio::test]
async fn a_broken_mirror_is_made_anew() {
    let setting = Setting::new().await;
    history(&setting.origin);
    let mirror = setting.mirror().await;
    setting.fetch(&mirror, "project").await.unwrap();
    let all = setting.commits(&mirror, &[]).await.len();
    let directory = setting.cache.join(format!("{}.git", Uuid::from_u128(8)));
    write(&directory, "packed-refs.lock", b"");
    write(&directory.join("objects/pack"), "tmp_pack_1", b"half");
    git(&setting.origin, &["branch", "-qD", "side/é"]);
    setting.fetch(&mirror, "project").await.unwrap();
    assert!(!directory.join("objects/pack/tmp_pack_1").exists());
    write(&directory, "HEAD", b"nonsense");
    setting.fetch(&mirror, "project").await.unwrap();
    assert_eq!(setting.commits(&mirror, &[]).await.len(), all);
}

#[tokio::test]
async fn a_mirror_belongs_to_one_at_a_time() {
    let setting = Setting::new().await;
    let first = setting.mirror().await;
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(300), setting.mirror());
    assert!(waiting.await.is_err());
    drop(first);
    setting.mirror().await;
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let setting = Setting::new().await;
    let limits = Limits {
        git: PathBuf::from("/no/such/git"),
        ..Limits::default()
    };
    let mirror = setting.mirror_with(limits).await;
    let error = setting.fetch(&mirror, "project").await.unwrap_err();
    assert!(error.to_string().contains("/no/such/git"), "{error}");
}
