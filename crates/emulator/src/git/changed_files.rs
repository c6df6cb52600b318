//! The files that commits touch, as the REST API shows them: those of a merge against its first parent.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{make::NOTHING, program::Workshop, repository::Repository};

/// A file that a commit touched.
#[derive(Debug)]
pub(super) struct Changed {
    pub kind: &'static str,
    pub path: String,
    pub old_path: Option<String>,
    pub object: String,
    pub old_object: String,
}

impl Changed {
    pub(super) fn json(&self, repository: &Repository, link: &str) -> Value {
        let mut item = json!({
            "objectId": self.object,
            "originalObjectId": self.old_object,
            "gitObjectType": "blob",
            "path": format!("/{}", self.path),
            "url": format!("{}/items/{}?versionType=Commit", repository.url(link), self.path),
        });
        if let Value::Object(members) = &mut item {
            members.retain(|_, value| value.as_str() != Some(NOTHING));
        }
        let mut value = json!({ "item": item, "changeType": self.kind });
        if let (Some(old), Value::Object(members)) = (&self.old_path, &mut value) {
            members.insert("sourceServerItem".to_owned(), json!(format!("/{old}")));
        }
        value
    }
}

/// The files of each commit that these arguments of `git log` select.
pub(super) fn changed_files(
    workshop: &Workshop,
    repository: &Repository,
    arguments: &[&str],
) -> anyhow::Result<HashMap<String, Vec<Changed>>> {
    let mut all = vec![
        "log",
        "-z",
        "--raw",
        "--no-abbrev",
        "--diff-merges=first-parent",
        "--format=%H",
    ];
    all.extend(arguments);
    let printed = workshop.run(Some(&repository.directory), all)?;
    Ok(parse(&printed))
}

/// Tokens end with NUL: an id, or `:mode mode object object status` and one path, or two for a rename.
fn parse(printed: &[u8]) -> HashMap<String, Vec<Changed>> {
    let mut commits = HashMap::<String, Vec<Changed>>::new();
    let mut current = String::new();
    let mut tokens = printed
        .split(|byte| *byte == 0)
        .map(|token| String::from_utf8_lossy(token).into_owned());
    while let Some(token) = tokens.next() {
        let token = token.trim_start_matches('\n');
        let Some(line) = token.strip_prefix(':') else {
            if !token.is_empty() {
                token.clone_into(&mut current);
            }
            continue;
        };
        let fields = line.split(' ').collect::<Vec<_>>();
        let [_, _, old_object, object, status] = fields[..] else {
            continue;
        };
        let first = tokens.next().unwrap_or_default();
        let (kind, path, old_path) = match status.as_bytes().first() {
            Some(b'A') => ("add", first, None),
            Some(b'D') => ("delete", first, None),
            Some(b'R' | b'C') => {
                let kind = if status == "R100" {
                    "rename"
                } else {
                    "edit, rename"
                };
                (kind, tokens.next().unwrap_or_default(), Some(first))
            }
            _ => ("edit", first, None),
        };
        let changed = Changed {
            kind,
            path,
            old_path,
            object: object.to_owned(),
            old_object: old_object.to_owned(),
        };
        commits.entry(current.clone()).or_default().push(changed);
    }
    commits
}

/// How many of each kind.
pub(super) fn counts(changes: &[Changed]) -> Value {
    let mut counts = Map::new();
    for (name, letter) in [
        ("Add", 'a'),
        ("Edit", 'e'),
        ("Delete", 'd'),
        ("Rename", 'r'),
    ] {
        let count = changes
            .iter()
            .filter(|change| change.kind.starts_with(letter))
            .count();
        if count > 0 || letter != 'r' {
            counts.insert(name.to_owned(), json!(count));
        }
    }
    Value::Object(counts)
}
