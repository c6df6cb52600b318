//! The git side, against git's own server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azdo::git::{Commit, Failure, Limits, Mirror};
use azdo::{Error, Order};
use futures::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::support::{Asker, asker};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("azdo-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn git(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=N Ö",
            "-c",
            "user.email=n@x.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(["-c", "protocol.file.allow=always", "-C"])
        .arg(directory)
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {complaint}");
    output.stdout
}

fn write(directory: &Path, name: &str, content: &[u8]) {
    std::fs::write(directory.join(name), content).expect("a file");
}

/// A history with renames, binary files, merges, empty commits, tags and text in no known encoding.
fn history(directory: &Path) {
    git(directory, &["init", "-q", "."]);
    write(directory, "a.txt", b"1\n2\n3\n4\n5\n");
    write(directory, "b.bin", &[0, 1, 2, 0]);
    write(directory, ".gitattributes", b"*.lock -diff\n");
    write(directory, "c.lock", b"1\n2\n");
    git(directory, &["add", "."]);
    git(directory, &["commit", "-qm", "first\n\nwith a body\n\n\n"]);
    git(directory, &["mv", "a.txt", "é \"q\" a.txt"]);
    write(directory, "tab\tand\nline", b"x\n");
    write(directory, "\u{1}x", b"x\n");
    git(directory, &["add", "."]);
    git(directory, &["commit", "-qm", "rename"]);
    git(
        directory,
        &[
            "commit",
            "-q",
            "--allow-empty",
            "--allow-empty-message",
            "-m",
            "",
        ],
    );
    git(directory, &["checkout", "-q", "-b", "side/é", "HEAD~1"]);
    write(directory, "s", b"1\n2");
    git(directory, &["add", "."]);
    git(directory, &["commit", "-qm", "side"]);
    git(directory, &["checkout", "-q", "main"]);
    git(
        directory,
        &["merge", "-q", "--no-ff", "-m", "merge", "side/é"],
    );
    git(directory, &["rm", "-q", "b.bin"]);
    git(
        directory,
        &[
            "-c",
            "i18n.commitEncoding=latin1",
            "commit",
            "-qm",
            "caf\u{e9}",
        ],
    );
    git(directory, &["tag", "-a", "v1", "-m", "v1"]);
    git(directory, &["checkout", "-q", "--orphan", "other"]);
    git(
        directory,
        &["commit", "-qm", "\u{1}a root without a parent"],
    );
    git(directory, &["tag", "light"]);
    git(directory, &["tag", "tree", "HEAD^{tree}"]);
    git(directory, &["checkout", "-q", "main"]);
    git(directory, &["branch", "-qD", "other"]);
}

/// Serves all repositories of a folder by git's own CGI program to those with the right token.
async fn serve(root: PathBuf) -> (Asker, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            answer(socket, &root).await;
        }
    });
    tasks.detach_all();
    (asker(&url, &["first", "second"]), served)
}

async fn answer(mut socket: TcpStream, root: &Path) {
    let mut request = Vec::new();
    let head_end = loop {
        if let Some(at) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let head = String::from_utf8_lossy(&request[..head_end]).into_owned();
    let mut lines = head.lines();
    let line: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
    let length: usize = header("content-length").parse().unwrap_or(0);
    while request.len() < head_end + length {
        if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let status = |line: &str, body: &str| {
        format!(
            "HTTP/1.1 {line}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let (path, query) = line[1].split_once('?').unwrap_or((line[1], ""));
    let refusal = if path.contains("/hidden/") {
        Some(status(
            "404 Not Found",
            "TF401019: The Git repository does not exist",
        ))
    } else if path.contains("/forbidden/") {
        Some(status(
            "403 Forbidden",
            "TF401027: You need the Git 'GenericRead' permission",
        ))
    } else if path.contains("/down/") {
        Some(status("503 Service Unavailable", ""))
    } else if header("authorization") == "Bearer second" {
        None
    } else {
        Some(status("401 Unauthorized", ""))
    };
    let bytes = match refusal {
        Some(refusal) => refusal.into_bytes(),
        None => backend(
            root,
            line[0],
            path,
            query,
            header("content-type"),
            &request[head_end..],
        ),
    };
    let _ = socket.write_all(&bytes).await;
    let _ = socket.shutdown().await;
}

fn backend(root: &Path, method: &str, path: &str, query: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    use std::io::Write as _;

    let file = path.split("/_git/").nth(1).unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("PATH_INFO", format!("/{file}"))
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", method)
        .env("CONTENT_TYPE", kind)
        .env("CONTENT_LENGTH", body.len().to_string())
        .env(
            "HTTP_CONTENT_ENCODING",
            if body.starts_with(&[0x1f, 0x8b]) {
                "gzip"
            } else {
                ""
            },
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git http-backend");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(body).expect("a reader");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n".as_slice(),
        &output.stdout,
    ]
    .concat()
}

struct Setting {
    asker: Asker,
    served: Arc<AtomicUsize>,
    /// What is served, as a repository with files.
    origin: PathBuf,
    cache: PathBuf,
    _folder: Folder,
}

impl Setting {
    async fn new() -> Self {
        let folder = Folder::new();
        let root = folder.0.join("root");
        let origin = root.join("repository");
        std::fs::create_dir_all(&origin).expect("a folder");
        let (asker, served) = serve(root).await;
        Self {
            asker,
            served,
            origin,
            cache: folder.0.join("cache"),
            _folder: folder,
        }
    }

    async fn mirror(&self) -> Mirror {
        self.mirror_with(Limits::default()).await
    }

    async fn mirror_with(&self, limits: Limits) -> Mirror {
        let id = Uuid::from_u128(8);
        Mirror::open(&self.cache, id, limits)
            .await
            .expect("a mirror")
    }

    async fn fetch(&self, mirror: &Mirror, project: &str) -> Result<bool, Error> {
        let remote = self.asker.client.remote(project, "repository");
        let fetched = mirror.fetch(&self.asker.client, &remote).await?;
        Ok(fetched.changed)
    }

    async fn commits(&self, mirror: &Mirror, known: &[String]) -> Vec<Commit> {
        let pages = mirror.commits(&self.asker.client, known.to_vec());
        assert_eq!(pages.order(), Order::NewestFirst);
        pages.items().await.expect("a log")
    }
}

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
