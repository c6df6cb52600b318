//! A commit as git shows it.

use jiff::Timestamp;

/// A commit. Text that is not UTF-8 was read with replacement characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its hash, in hexadecimal.
    pub commit_id: String,
    /// The hash of its tree.
    pub tree_id: String,
    /// In their order; several for a merge.
    pub parents: Vec<String>,
    /// Who wrote it.
    pub author: Signature,
    /// Who committed it.
    pub committer: Signature,
    /// The whole message.
    pub comment: String,
    /// What it changes, compared with its parent. Empty for merges, as in `git log --numstat`.
    pub files: Vec<CommitFile>,
    /// Of all files, also of those beyond the limit of `files`.
    pub files_changed: u64,
    /// Over all files but binary ones.
    pub lines_added: u64,
    /// Over all files but binary ones.
    pub lines_deleted: u64,
}

/// A name, not an identity: whoever commits writes what he likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// As configured by the author.
    pub name: String,
    /// As configured by the author.
    pub email: String,
    /// As claimed by the author's clock; `None` if it is no date.
    pub date: Option<Timestamp>,
    /// Minutes east of UTC: what the author's clock showed.
    pub offset_minutes: Option<i32>,
}

/// What a commit does to one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitFile {
    /// Where it is now.
    pub path: String,
    /// Where it was, if it was renamed or copied.
    pub old_path: Option<String>,
    /// `add`, `edit`, `delete`, `rename`, `copy`, `type`.
    pub change_type: Option<String>,
    /// The hash of its new content.
    pub object_id: Option<String>,
    /// `None` for a binary file.
    pub lines_added: Option<u64>,
    /// `None` for a binary file.
    pub lines_deleted: Option<u64>,
}

impl Commit {
    /// Whether it has several parents.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}
