//! Reads `git log -z --raw --numstat` as it comes, commit by commit.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::commit::{Commit, CommitFile, Signature};
use crate::paging::Unreadable;

/// Begins every commit; its fields follow, each ended by a NUL, and a last one that says so.
pub(crate) const FORMAT: &str =
    "--format=%x01%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00%x02";

/// How many fields `FORMAT` has between the hash and the end.
const FIELDS: usize = 9;

/// What is being read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expect {
    /// A commit, or something about a file of the last one.
    Anything,
    /// A field of the commit.
    Field(usize),
    EndOfFields,
    /// A path of a raw entry, and whether another follows.
    Raw {
        another: bool,
    },
    /// A path of a rename in the counts.
    CountOld,
    CountNew,
}

/// Cuts the output into commits. Holds one commit and what is not yet complete.
#[derive(Debug)]
pub(crate) struct Reader {
    token: Vec<u8>,
    expect: Expect,
    commit: Option<Commit>,
    fields: Vec<String>,
    /// Raw entries whose counts are still to come, in the same order.
    raw: VecDeque<CommitFile>,
    count: CommitFile,
    most_files: usize,
    done: Vec<Commit>,
    unreadable: Vec<Unreadable>,
}

impl Reader {
    pub(crate) fn new(most_files: usize) -> Self {
        Self {
            token: Vec::new(),
            expect: Expect::Anything,
            commit: None,
            fields: Vec::new(),
            raw: VecDeque::new(),
            count: CommitFile::default(),
            most_files,
            done: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Takes some output, cut anywhere.
    pub(crate) fn push(&mut self, output: &[u8]) {
        let mut rest = output;
        while let Some(at) = rest.iter().position(|byte| *byte == 0) {
            self.token.extend_from_slice(&rest[..at]);
            rest = &rest[at + 1..];
            let token = String::from_utf8_lossy(&self.token).into_owned();
            self.token.clear();
            self.take(token);
        }
        self.token.extend_from_slice(rest);
    }

    /// At the end of the output: the last commit is complete now.
    pub(crate) fn finish(&mut self) {
        self.close();
    }

    /// What is complete by now, `most` commits at once.
    pub(crate) fn done(&mut self, most: usize) -> (Vec<Commit>, Vec<Unreadable>) {
        let commits = self.done.drain(..most.min(self.done.len())).collect();
        (commits, std::mem::take(&mut self.unreadable))
    }

    fn take(&mut self, token: String) {
        self.expect = match std::mem::replace(&mut self.expect, Expect::Anything) {
            Expect::Anything => self.anything(&token),
            Expect::Field(index) => {
                self.fields.push(token);
                if index + 1 < FIELDS {
                    Expect::Field(index + 1)
                } else {
                    Expect::EndOfFields
                }
            }
            Expect::EndOfFields => {
                self.describe();
                Expect::Anything
            }
            Expect::Raw { another } => {
                if let Some(file) = self.raw.back_mut() {
                    if another {
                        file.old_path = Some(token);
                    } else {
                        file.path = token;
                    }
                }
                if another {
                    Expect::Raw { another: false }
                } else {
                    Expect::Anything
                }
            }
            Expect::CountOld => {
                self.count.old_path = Some(token);
                Expect::CountNew
            }
            Expect::CountNew => {
                self.count.path = token;
                self.counted();
                Expect::Anything
            }
        };
    }

    fn anything(&mut self, token: &str) -> Expect {
        if let Some(hash) = token.strip_prefix('\u{1}') {
            self.close();
            self.commit = Some(Commit {
                commit_id: hash.to_owned(),
                ..Commit::default()
            });
            return Expect::Field(0);
        }
        // A line feed parts the files from the message.
        let token = token.strip_prefix('\n').unwrap_or(token);
        if let Some(entry) = token.strip_prefix(':') {
            let (file, another) = raw_entry(entry);
            self.raw.push_back(file);
            return Expect::Raw { another };
        }
        let mut words = token.splitn(3, '\t');
        if let (Some(added), Some(deleted), Some(path)) = (words.next(), words.next(), words.next())
        {
            self.count = CommitFile {
                path: path.to_owned(),
                // `-` for binary files.
                lines_added: added.parse().ok(),
                lines_deleted: deleted.parse().ok(),
                ..CommitFile::default()
            };
            if path.is_empty() {
                return Expect::CountOld;
            }
            self.counted();
        }
        Expect::Anything
    }

    /// A commit's fields are complete.
    fn describe(&mut self) {
        let Some(commit) = &mut self.commit else {
            return;
        };
        let mut fields = self.fields.drain(..);
        let mut next = || fields.next().unwrap_or_default();
        commit.tree_id = next();
        commit.parents = next().split_whitespace().map(str::to_owned).collect();
        commit.author = signature(next(), next(), &next());
        commit.committer = signature(next(), next(), &next());
        let mut comment = next();
        // Git ends every message with one line feed of its own.
        comment.truncate(comment.trim_end_matches('\n').len());
        commit.comment = comment;
    }

    /// The counts of a file are complete: they meet their raw entry, which came in the same order.
    fn counted(&mut self) {
        let mut file = std::mem::take(&mut self.count);
        if let Some(at) = self.raw.iter().position(|raw| raw.path == file.path)
            && let Some(raw) = self.raw.remove(at)
        {
            file.change_type = raw.change_type;
            file.object_id = raw.object_id;
        }
        let Some(commit) = &mut self.commit else {
            return;
        };
        commit.files_changed += 1;
        commit.lines_added += file.lines_added.unwrap_or(0);
        commit.lines_deleted += file.lines_deleted.unwrap_or(0);
        if commit.files.len() < self.most_files {
            commit.files.push(file);
        }
    }

    fn close(&mut self) {
        self.raw.clear();
        let Some(commit) = self.commit.take() else {
            return;
        };
        if self.expect != Expect::Anything || commit.tree_id.is_empty() {
            self.unreadable.push(Unreadable {
                reason: "the log ends within a commit".to_owned(),
                raw: commit.commit_id,
            });
            return;
        }
        self.done.push(commit);
    }
}

/// `100644 100644 <old> <new> R100`
fn raw_entry(entry: &str) -> (CommitFile, bool) {
    let mut words = entry.split(' ');
    let new = words.nth(3).unwrap_or_default();
    let status = words.next().and_then(|word| word.chars().next());
    let change_type = match status {
        Some('A') => Some("add"),
        Some('M') => Some("edit"),
        Some('D') => Some("delete"),
        Some('R') => Some("rename"),
        Some('C') => Some("copy"),
        Some('T') => Some("type"),
        _ => None,
    };
    let is_object = !new.bytes().all(|byte| byte == b'0');
    let file = CommitFile {
        change_type: change_type.map(str::to_owned),
        object_id: is_object.then(|| new.to_owned()),
        ..CommitFile::default()
    };
    (file, matches!(status, Some('R' | 'C')))
}

/// The date is `--date=raw`: seconds and an offset, which anybody may have made up.
fn signature(name: String, email: String, date: &str) -> Signature {
    let mut words = date.split(' ');
    let seconds = words.next().and_then(|word| word.parse().ok());
    let date = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let offset_minutes = words.next().and_then(offset);
    Signature {
        name,
        email,
        date,
        offset_minutes,
    }
}

/// `+0130`
fn offset(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    Some(number / 100 * 60 + number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<u8> {
        let head = |hash: &str, date: &str, comment: &str| {
            format!(
                "\u{1}{hash}\0tree\0p q\0a\0a@x\0{date}\0c\0c@x\0-5 -0130\0{comment}\n\0\u{2}\0"
            )
        };
        let mut log = head("h1", "1700000000 +0545", "first\n\nbody").into_bytes();
        log.extend_from_slice(b"\n:100644 100644 aa bb M\0x\0:100644 100644 aa 00 D\0y\0:100644 100644 cc cc R100\0o\0n\0");
        log.extend_from_slice(b"3\t1\tx\x000\t7\ty\0-\t-\t\0o\0n\0");
        log.extend_from_slice(head("h2", "99999999999999999 +0000", "\u{1}odd").as_bytes());
        log.extend_from_slice(head("h3", "junk", "caf\u{e9}").as_bytes());
        log
    }

    fn read(pieces: &[&[u8]]) -> Vec<Commit> {
        let mut reader = Reader::new(2);
        for piece in pieces {
            reader.push(piece);
        }
        reader.finish();
        let (commits, unreadable) = reader.done(100);
        assert_eq!(unreadable, []);
        commits
    }

    #[test]
    fn a_log_cut_into_any_pieces_is_the_same_log() {
        let log = log();
        let whole = read(&[&log]);
        assert_eq!(whole.len(), 3);
        for at in 0..log.len() {
            let (start, end) = log.split_at(at);
            assert_eq!(read(&[start, end]), whole, "cut at {at}");
        }
    }

    #[test]
    fn files_and_numbers_meet() {
        let commits = read(&[&log()]);
        let first = &commits[0];
        assert_eq!(first.comment, "first\n\nbody");
        assert_eq!(first.parents, ["p", "q"]);
        assert_eq!(first.author.offset_minutes, Some(345));
        assert_eq!(first.committer.offset_minutes, Some(-90));
        let totals = (first.files_changed, first.lines_added, first.lines_deleted);
        assert_eq!(totals, (3, 3, 8));
        assert_eq!(first.files.len(), 2, "no more are listed than asked for");
        assert_eq!(first.files[0].change_type.as_deref(), Some("edit"));
        assert_eq!(first.files[0].object_id.as_deref(), Some("bb"));
        assert_eq!(first.files[1].object_id, None);
        assert_eq!(commits[1].author.date, None);
        assert_eq!(commits[1].comment, "\u{1}odd");
        assert_eq!(commits[2].author.date, None);
    }

    #[test]
    fn a_log_that_ends_within_a_commit_gives_no_half_commit() {
        let mut reader = Reader::new(10);
        reader.push(b"\x01h1\0tree\0p");
        reader.finish();
        let (commits, unreadable) = reader.done(10);
        assert!(commits.is_empty());
        assert_eq!(unreadable[0].raw, "h1");
    }
}
