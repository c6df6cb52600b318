//! A repository to mirror, and git's own server before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azdo::git::{Commit, Limits, Mirror};
use azdo::{Error, Order};
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

pub(crate) fn git(directory: &Path, arguments: &[&str]) -> Vec<u8> {
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

pub(crate) fn write(directory: &Path, name: &str, content: &[u8]) {
    std::fs::write(directory.join(name), content).expect("a file");
}

/// A history with renames, binary files, merges, empty commits, tags and text in no known encoding.
pub(crate) fn history(directory: &Path) {
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

/// A mirror of one repository, with all that it needs.
pub(crate) struct Setting {
    pub(crate) asker: Asker,
    pub(crate) served: Arc<AtomicUsize>,
    /// What is served, as a repository with files.
    pub(crate) origin: PathBuf,
    pub(crate) cache: PathBuf,
    _folder: Folder,
}

impl Setting {
    pub(crate) async fn new() -> Self {
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

    pub(crate) async fn mirror(&self) -> Mirror {
        self.mirror_with(Limits::default()).await
    }

    pub(crate) async fn mirror_with(&self, limits: Limits) -> Mirror {
        let id = Uuid::from_u128(8);
        Mirror::open(&self.cache, id, limits)
            .await
            .expect("a mirror")
    }

    pub(crate) async fn fetch(&self, mirror: &Mirror, project: &str) -> Result<bool, Error> {
        let remote = self.asker.client.remote(project, "repository");
        let fetched = mirror.fetch(&self.asker.client, &remote).await?;
        Ok(fetched.changed)
    }

    pub(crate) async fn commits(&self, mirror: &Mirror, known: &[String]) -> Vec<Commit> {
        let pages = mirror.commits(&self.asker.client, known.to_vec());
        assert_eq!(pages.order(), Order::NewestFirst);
        pages.items().await.expect("a log")
    }
}
