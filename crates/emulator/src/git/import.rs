//! Commits as a stream for `git fast-import`: the one way in which anything gets into a repository.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use anyhow::Context as _;

use super::program::Workshop;

/// The name under which a commit of the same stream is known before it has an id.
pub(super) type Mark = usize;

/// A commit to be made.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub mark: Mark,
    pub parents: Vec<Parent>,
    pub author: Signature,
    pub committer: Signature,
    pub message: Vec<u8>,
    /// The `encoding` header, for messages and names that are not UTF-8.
    pub encoding: Option<&'static str>,
    pub changes: Vec<Change>,
}

/// A parent: in the same stream, or already in the repository.
#[derive(Clone, Debug)]
pub(super) enum Parent {
    Mark(Mark),
    Id(String),
}

/// Who and when, as a commit has it.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub name: Vec<u8>,
    pub email: String,
    /// Seconds since 1970.
    pub at: i64,
    /// The offset as git writes it: `+0100`.
    pub zone: &'static str,
}

/// What a commit does to one file.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Write {
        path: Vec<u8>,
        content: Arc<Vec<u8>>,
    },
    Remove {
        path: Vec<u8>,
    },
    Rename {
        from: Vec<u8>,
        to: Vec<u8>,
    },
    /// All files at once: a tree that is already in the repository.
    Tree {
        id: String,
    },
}

/// What a ref shall point to.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    /// Straight to a commit.
    Plain(Parent),
    /// To an annotated tag of a commit.
    Annotated {
        commit: Parent,
        tagger: Signature,
        message: Vec<u8>,
    },
    /// To nothing: the ref goes.
    Gone,
}

/// Commits and refs to be written at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Import {
    pub commits: Vec<Commit>,
    pub references: Vec<(String, Reference)>,
}

/// All commits are first made on this ref, which is then removed: refs are set only when all commits are there.
const SCRATCH: &str = "refs/emulator/scratch";
const NOTHING: &str = "0000000000000000000000000000000000000000";

impl Import {
    /// Writes everything into the repository and gives the id of each mark.
    pub(super) fn write(
        &self,
        workshop: &Workshop,
        repository: &Path,
    ) -> anyhow::Result<HashMap<Mark, String>> {
        let marks = repository.join("emulator-marks");
        let mut arguments = vec![
            "fast-import".to_owned(),
            "--quiet".to_owned(),
            "--force".to_owned(),
        ];
        arguments.push(format!("--export-marks={}", marks.display()));
        workshop.feed(repository, arguments, &self.stream())?;
        let text = fs::read_to_string(&marks).context("read the ids of the new commits")?;
        fs::remove_file(&marks).context("remove the file of marks")?;
        Ok(text.lines().filter_map(read_mark).collect())
    }

    fn stream(&self) -> Vec<u8> {
        let mut stream = Vec::with_capacity(self.commits.len() * 2_048);
        for commit in &self.commits {
            commit.write(&mut stream);
        }
        for (name, reference) in &self.references {
            match reference {
                Reference::Plain(commit) => line(
                    &mut stream,
                    &format!("reset {name}\nfrom {}\n", commit.name()),
                ),
                Reference::Gone => line(&mut stream, &format!("reset {name}\nfrom {NOTHING}\n")),
                Reference::Annotated {
                    commit,
                    tagger,
                    message,
                } => {
                    let short = name.strip_prefix("refs/tags/").unwrap_or(name);
                    line(&mut stream, &format!("tag {short}\nfrom {}", commit.name()));
                    tagger.write(&mut stream, "tagger");
                    data(&mut stream, message);
                }
            }
        }
        if !self.commits.is_empty() {
            line(&mut stream, &format!("reset {SCRATCH}\nfrom {NOTHING}\n"));
        }
        line(&mut stream, "done");
        stream
    }
}

impl Commit {
    fn write(&self, stream: &mut Vec<u8>) {
        if self.parents.is_empty() {
            line(stream, &format!("reset {SCRATCH}\n"));
        }
        line(stream, &format!("commit {SCRATCH}\nmark :{}", self.mark));
        self.author.write(stream, "author");
        self.committer.write(stream, "committer");
        if let Some(encoding) = self.encoding {
            line(stream, &format!("encoding {encoding}"));
        }
        data(stream, &self.message);
        for (place, parent) in self.parents.iter().enumerate() {
            line(
                stream,
                &format!(
                    "{} {}",
                    if place == 0 { "from" } else { "merge" },
                    parent.name()
                ),
            );
        }
        for change in &self.changes {
            match change {
                Change::Write { path, content } => {
                    stream.extend_from_slice(b"M 100644 inline ");
                    quote(stream, path);
                    stream.push(b'\n');
                    data(stream, content);
                }
                Change::Tree { id } => line(stream, &format!("M 040000 {id} \"\"")),
                Change::Remove { path } => {
                    stream.extend_from_slice(b"D ");
                    quote(stream, path);
                    stream.push(b'\n');
                }
                Change::Rename { from, to } => {
                    stream.extend_from_slice(b"R ");
                    quote(stream, from);
                    stream.push(b' ');
                    quote(stream, to);
                    stream.push(b'\n');
                }
            }
        }
        stream.push(b'\n');
    }
}

impl Parent {
    fn name(&self) -> String {
        match self {
            Self::Mark(mark) => format!(":{mark}"),
            Self::Id(id) => id.clone(),
        }
    }
}

impl Signature {
    fn write(&self, stream: &mut Vec<u8>, word: &str) {
        stream.extend_from_slice(word.as_bytes());
        stream.push(b' ');
        stream.extend_from_slice(&self.name);
        line(
            stream,
            &format!(" <{}> {} {}", self.email, self.at, self.zone),
        );
    }
}

fn line(stream: &mut Vec<u8>, text: &str) {
    stream.extend_from_slice(text.as_bytes());
    stream.push(b'\n');
}

fn data(stream: &mut Vec<u8>, bytes: &[u8]) {
    line(stream, &format!("data {}", bytes.len()));
    stream.extend_from_slice(bytes);
    stream.push(b'\n');
}

/// Quotes a path as C does: everything but plain ASCII as octal digits, since paths are bytes.
fn quote(stream: &mut Vec<u8>, path: &[u8]) {
    stream.push(b'"');
    for byte in path {
        match byte {
            b'"' | b'\\' => stream.extend_from_slice(&[b'\\', *byte]),
            b' '..=b'~' => stream.push(*byte),
            _ => stream.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    stream.push(b'"');
}

fn read_mark(line: &str) -> Option<(Mark, String)> {
    let (mark, id) = line.strip_prefix(':')?.split_once(' ')?;
    Some((mark.parse().ok()?, id.to_owned()))
}
