//! Trees of objects, such as areas and branches, read without recursion.

use super::object::Object;
use crate::paging::Unreadable;

/// No area, iteration or folder is deeper. Every level is parsed again with each level above it, so
/// a deeper tree would only keep us busy.
const DEEPEST: usize = 200;

/// The JSON of the children of a node, and how they refer to it.
pub(crate) type Children<'a, Parent> = (Vec<&'a str>, Parent);

/// Reads a tree from its root down. `node` reads one node and gives its children; a child that
/// cannot be read costs only what is below it.
pub(crate) fn walk<'a, Parent: Clone>(
    root: Object<'a>,
    mut node: impl FnMut(Object<'a>, Option<Parent>) -> Result<Children<'a, Parent>, String>,
) -> Result<Vec<Unreadable>, String> {
    let mut unreadable = Vec::new();
    let mut open: Vec<(&str, Parent, usize)> = Vec::new();
    let (children, parent) = node(root, None)?;
    open.extend(below(children, &parent, 1));
    while let Some((raw, parent, depth)) = open.pop() {
        let read = if depth > DEEPEST {
            Err("nested too deeply".to_owned())
        } else {
            Object::parse(raw)
                .map_err(|error| error.to_string())
                .and_then(|object| node(object, Some(parent)))
        };
        match read {
            Ok((children, parent)) => open.extend(below(children, &parent, depth + 1)),
            Err(reason) => unreadable.push(Unreadable {
                reason,
                raw: raw.to_owned(),
            }),
        }
    }
    Ok(unreadable)
}

fn below<'a, Parent: Clone>(
    children: Vec<&'a str>,
    parent: &Parent,
    depth: usize,
) -> impl Iterator<Item = (&'a str, Parent, usize)> {
    let children = children.into_iter().rev();
    children.map(move |child| (child, parent.clone(), depth))
}
