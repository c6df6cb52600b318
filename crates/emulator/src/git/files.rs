//! The files of a commit: which there are, how people change them, and those that break clients.

use std::{collections::BTreeMap, sync::Arc};

use super::{import::Change, words};
use crate::random::Random;

/// The files of a commit. Contents are shared between the commits that have them.
pub(super) type Tree = BTreeMap<Vec<u8>, Arc<Vec<u8>>>;

/// One to three changes of the files of a tree.
pub(super) fn changes(random: &mut Random, tree: &Tree, lines: usize) -> Vec<Change> {
    let count = random.below(3) + 1;
    let mut changes = Vec::new();
    let mut used = Vec::<Vec<u8>>::new();
    for _ in 0..count {
        let paths = tree
            .keys()
            .filter(|path| !used.contains(path))
            .collect::<Vec<_>>();
        if paths.is_empty() {
            break;
        }
        let path = (*random.pick(&paths)).clone();
        let content = &tree[&path];
        match random.below(20) {
            0 if paths.len() > 5 => changes.push(Change::Remove { path: path.clone() }),
            1 | 2 => {
                let to = [
                    b"moved/".as_slice(),
                    random.below(1_000).to_string().as_bytes(),
                    b"-",
                    &file_name(&path),
                ]
                .concat();
                if !tree.contains_key(&to) && !used.contains(&to) {
                    changes.push(Change::Rename {
                        from: path.clone(),
                        to: to.clone(),
                    });
                    if random.chance(40) && !is_binary(content) {
                        changes.push(write(&to, words::edited(random, content)));
                    }
                    used.push(to);
                }
            }
            3..7 if tree.len() < 60 => {
                let new = words::path(random);
                if !tree.contains_key(&new) && !used.contains(&new) {
                    changes.push(write(&new, words::source(random, lines)));
                    used.push(new);
                }
            }
            _ if is_binary(content) => changes.push(write(&path, binary(random, 600))),
            _ => changes.push(write(&path, words::edited(random, content))),
        }
        used.push(path);
    }
    changes
}

pub(super) fn write(path: &[u8], content: Vec<u8>) -> Change {
    Change::Write {
        path: path.to_vec(),
        content: Arc::new(content),
    }
}

pub(super) fn apply(change: &Change, tree: &mut Tree) {
    match change {
        Change::Write { path, content } => drop(tree.insert(path.clone(), content.clone())),
        Change::Remove { path } => drop(tree.remove(path)),
        Change::Rename { from, to } => {
            if let Some(content) = tree.remove(from) {
                tree.insert(to.clone(), content);
            }
        }
        Change::Tree { .. } => {}
    }
}

/// Remembers what a proposal's change comes to in the end.
pub(super) fn note(change: &Change, before: &Tree, touched: &mut Tree, removed: &mut Vec<Vec<u8>>) {
    match change {
        Change::Write { path, content } => {
            removed.retain(|gone| gone != path);
            touched.insert(path.clone(), content.clone());
        }
        Change::Remove { path } => {
            touched.remove(path);
            removed.push(path.clone());
        }
        Change::Rename { from, to } => {
            let content = touched
                .remove(from)
                .or_else(|| before.get(from).cloned())
                .unwrap_or_default();
            removed.push(from.clone());
            touched.insert(to.clone(), content);
        }
        Change::Tree { .. } => {}
    }
}

pub(super) fn awkward(random: &mut Random) -> Vec<Change> {
    vec![
        write(b"assets/logo.png", binary(random, 2_000)),
        write(b"docs/with space & #hash %25.md", words::source(random, 8)),
        write("docs/ünïcode-🚀.md".as_bytes(), words::source(random, 8)),
        write(b"docs/caf\xe9-latin1.txt", words::source(random, 5)),
        write(b"docs/quote\" and\ttab.txt", words::source(random, 5)),
        write(b"empty.txt", Vec::new()),
        write(b"no-final-newline.txt", b"one\ntwo".to_vec()),
        write(b"data/large.csv", words::source(random, 9_000)),
    ]
}

fn binary(random: &mut Random, length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0".to_vec();
    bytes.extend((0..length).map(|_| u8::try_from(random.below(256)).unwrap_or_default()));
    bytes
}

fn is_binary(content: &[u8]) -> bool {
    content.contains(&0)
}

fn file_name(path: &[u8]) -> Vec<u8> {
    path.rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or(path)
        .to_vec()
}
