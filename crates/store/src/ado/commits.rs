//! A commit with its files and line counts, as git itself tells it.

use wire::proto::git::v1::{Commit, CommitFile};

use crate::table::{Column, List, Table};

/// The rows of `commits`.
pub(crate) static COMMITS: Table<Commit> = Table {
    name: "ado.commits",
    key: &["repository_id", "commit_id"],
    columns: &[
        Column::uuid("repository_id", |commit| &commit.repository_id),
        Column::uuid("project_id", |commit| &commit.project_id),
        Column::text("commit_id", |commit| &commit.commit_id),
        Column::names("parents", |commit| &commit.parents),
        Column::text("tree_id", |commit| &commit.tree_id),
        Column::text("author_name", |commit| &commit.author_name),
        Column::text("author_email", |commit| &commit.author_email),
        Column::time("author_date", |commit| commit.author_date.as_ref()),
        Column::text("committer_name", |commit| &commit.committer_name),
        Column::text("committer_email", |commit| &commit.committer_email),
        Column::time("committer_date", |commit| commit.committer_date.as_ref()),
        Column::text("comment", |commit| &commit.comment),
        Column::int8("files_changed", |commit| Some(commit.files_changed)),
        Column::int8("lines_added", |commit| Some(commit.lines_added)),
        Column::int8("lines_deleted", |commit| Some(commit.lines_deleted)),
    ],
    children: &[&COMMIT_FILES],
    ..Table::PLAIN
};

static COMMIT_FILES: List<Commit, CommitFile> = List {
    table: "ado.commit_files",
    field: "files",
    items: |commit| &commit.files,
    columns: &[
        Column::text("path", |file| &file.path),
        Column::text("old_path", |file| &file.old_path),
        Column::int8("lines_added", |file| file.lines_added),
        Column::int8("lines_deleted", |file| file.lines_deleted),
    ],
    children: &[],
    link: None,
};
