//! Reads refs and commits back from a repository, with what `git` itself says of them.

use std::path::Path;

use super::program::Workshop;

/// A commit as `git log --numstat` shows it; text that is not UTF-8 has replacement characters.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    pub id: String,
    pub parents: Vec<String>,
    pub tree: String,
    pub author: Person,
    pub committer: Person,
    pub message: String,
    pub files: Vec<File>,
}

/// Who and when.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// A file of a commit.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub path: String,
    /// The path before a rename.
    pub old_path: Option<String>,
    /// Lines added and deleted; none for a binary file.
    pub lines: Option<(i64, i64)>,
}

/// A ref and what it points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub name: String,
    pub object: String,
    /// The commit behind an annotated tag.
    pub peeled: Option<String>,
}

const FORMAT: &str = "--format=%H%x00%P%x00%T%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00";
const FIELDS: usize = 10;

/// The commits that these arguments of `git log` select.
pub(super) fn commits(
    workshop: &Workshop,
    repository: &Path,
    arguments: &[&str],
) -> anyhow::Result<Vec<Logged>> {
    let mut all = vec![
        "-c",
        "core.quotePath=false",
        "log",
        "-z",
        "--numstat",
        FORMAT,
    ];
    all.extend(arguments);
    Ok(parse(&workshop.run(Some(repository), all)?))
}

/// All refs, by name.
pub(super) fn references(workshop: &Workshop, repository: &Path) -> anyhow::Result<Vec<Reference>> {
    let format = "--format=%(refname)%00%(objectname)%00%(*objectname)";
    let printed = workshop.run(Some(repository), ["for-each-ref", format])?;
    let text = String::from_utf8_lossy(&printed);
    let read = |line: &str| {
        let mut parts = line.split('\0').map(str::to_owned);
        let (name, object, peeled) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Reference {
            name,
            object,
            peeled: Some(peeled).filter(|id| !id.is_empty()),
        })
    };
    Ok(text.lines().filter_map(read).collect())
}

/// Fields end with NUL, and so do the files that follow: `added TAB deleted TAB path`, or for a rename
/// `added TAB deleted TAB`, the old path and the new path. A commit begins with its id, which holds no TAB.
fn parse(printed: &[u8]) -> Vec<Logged> {
    let mut tokens = printed.split(|byte| *byte == 0).peekable();
    let mut commits = Vec::new();
    while let Some(first) = tokens.next() {
        if first.is_empty() {
            continue;
        }
        let mut fields = vec![text(first)];
        fields.extend(tokens.by_ref().take(FIELDS - 1).map(text));
        let mut files = Vec::new();
        while let Some(token) = tokens.next_if(|token| token.is_empty() || token.contains(&b'\t')) {
            if token.is_empty() {
                continue;
            }
            let line = text(token.strip_prefix(b"\n").unwrap_or(token));
            let mut parts = line.splitn(3, '\t');
            let (added, deleted) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let mut path = parts.next().unwrap_or_default().to_owned();
            let mut old_path = None;
            if path.is_empty() {
                old_path = tokens.next().map(text);
                path = tokens.next().map(text).unwrap_or_default();
            }
            files.push(File {
                path,
                old_path,
                lines: added.parse().ok().zip(deleted.parse().ok()),
            });
        }
        commits.extend(commit(&fields, files));
    }
    commits
}

fn commit(fields: &[String], files: Vec<File>) -> Option<Logged> {
    let [
        id,
        parents,
        tree,
        author_name,
        author_email,
        author_at,
        name,
        email,
        at,
        message,
    ] = fields
    else {
        return None;
    };
    let person = |name: &String, email: &String, at: &String| Person {
        name: name.clone(),
        email: email.clone(),
        at: at.parse().unwrap_or_default(),
    };
    Some(Logged {
        id: id.clone(),
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        tree: tree.clone(),
        author: person(author_name, author_email, author_at),
        committer: person(name, email, at),
        message: message.clone(),
        files,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
