//! Where the branches and tags of a mirror point to.

/// A branch or tag of a mirror.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    /// `refs/heads/…` or `refs/tags/…`
    pub name: String,
    /// What it points to.
    pub object_id: String,
    /// The commit behind it; none for tags of trees and files.
    pub commit_id: Option<String>,
}

pub(crate) const FORMAT: &str =
    "%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)";

/// Reads the lines of `FORMAT`.
pub(crate) fn tips(output: &[u8]) -> Vec<Tip> {
    let text = String::from_utf8_lossy(output);
    text.lines().filter_map(tip).collect()
}

fn tip(line: &str) -> Option<Tip> {
    // The peeled object and its type are empty for all but annotated tags.
    let mut words = line.splitn(5, ' ');
    let (object, kind) = (words.next()?, words.next()?);
    let (peeled, peeled_kind) = (words.next()?, words.next()?);
    let name = words.next()?;
    let commit = match (kind, peeled_kind) {
        ("commit", _) => Some(object),
        (_, "commit") => Some(peeled),
        _ => None,
    };
    Some(Tip {
        name: name.to_owned(),
        object_id: object.to_owned(),
        commit_id: commit.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_tags_and_tags_of_other_things_are_told_apart() {
        let output = b"aa commit   refs/heads/main\nbb tag aa commit refs/tags/v1\ncc blob   refs/tags/key\n";
        let tips = tips(output);
        let commits: Vec<_> = tips.iter().map(|tip| tip.commit_id.as_deref()).collect();
        assert_eq!(commits, [Some("aa"), Some("aa"), None]);
        assert_eq!(tips[1].object_id, "bb");
        assert_eq!(tips[2].name, "refs/tags/key");
    }
}
