//! Real repositories, served beside the made ones.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, anyhow};

use super::{
    draft::bare,
    log,
    program::Workshop,
    repository::{Kind, Repository},
    story::MAIN,
};
use crate::{random::Random, world::Ground};

/// Copies a real repository. Branches that it only knows from its remotes become branches, so that all its commits
/// are reached; what belongs to the working copy stays behind.
pub(super) fn copy(
    workshop: &Workshop,
    ground: &Ground<'_>,
    random: &mut Random,
    source: &Path,
    place: usize,
) -> anyhow::Result<Repository> {
    let project = ground
        .organization
        .well_formed()
        .find(|project| project.has_contents());
    let project = project.ok_or_else(|| anyhow!("there is no project for {}", source.display()))?;
    let source = fs::canonicalize(source).with_context(|| format!("find {}", source.display()))?;
    let name = source.file_name().map_or_else(
        || format!("served-{place}"),
        |name| name.to_string_lossy().into_owned(),
    );
    let name = name.strip_suffix(".git").unwrap_or(&name);
    let mut repository = bare(workshop, random.guid(), project.id, name);
    repository.kind = Kind::Copied;
    let directory = repository.directory.display().to_string();
    let origin = source.display().to_string();
    workshop
        .run(
            None,
            [
                "clone",
                "--quiet",
                "--mirror",
                "--no-hardlinks",
                &origin,
                &directory,
            ],
        )
        .with_context(|| format!("copy {origin}"))?;
    let mut orders = String::new();
    for reference in log::references(workshop, &repository.directory)? {
        let log::Reference { name, object, .. } = reference;
        if name.starts_with("refs/heads/") || name.starts_with("refs/tags/") {
            continue;
        }
        if let Some(branch) = name
            .strip_prefix("refs/remotes/")
            .filter(|branch| !branch.ends_with("/HEAD"))
        {
            let _written = writeln!(orders, "create refs/heads/{branch} {object}");
        }
        let _written = writeln!(orders, "delete {name}");
    }
    let head = workshop.run(
        Some(&repository.directory),
        ["rev-parse", "--symbolic-full-name", "HEAD"],
    );
    let mut branch = String::from_utf8_lossy(&head.unwrap_or_default())
        .trim()
        .to_owned();
    if !branch.starts_with("refs/heads/") {
        // The working copy stands on no branch, as in a checkout of a build.
        if let Ok(commit) = workshop.run(
            Some(&repository.directory),
            ["rev-parse", "--verify", "HEAD^{commit}"],
        ) {
            let known = log::references(workshop, &repository.directory)?
                .iter()
                .any(|reference| reference.name == MAIN);
            branch = if known {
                "refs/heads/HEAD-of-the-working-copy".to_owned()
            } else {
                MAIN.to_owned()
            };
            let commit = String::from_utf8_lossy(&commit).into_owned();
            let _written = writeln!(orders, "create {branch} {}", commit.trim());
        }
    }
    workshop.feed(
        &repository.directory,
        ["update-ref", "--stdin"],
        orders.as_bytes(),
    )?;
    if branch.starts_with("refs/heads/") {
        workshop.run(
            Some(&repository.directory),
            ["symbolic-ref", "HEAD", branch.as_str()],
        )?;
        repository.default_branch = Some(branch);
    }
    repository.references = log::references(workshop, &repository.directory)?;
    if repository.references.is_empty() {
        repository.default_branch = None;
    }
    repository.size = size_of_objects(workshop, &repository.directory)?;
    Ok(repository)
}

/// Bytes of all objects, loose and packed.
fn size_of_objects(workshop: &Workshop, directory: &Path) -> anyhow::Result<i64> {
    let printed = workshop.run(Some(directory), ["count-objects", "-v"])?;
    let text = String::from_utf8_lossy(&printed);
    let sizes = text.lines().filter_map(|line| {
        line.strip_prefix("size: ")
            .or_else(|| line.strip_prefix("size-pack: "))
    });
    Ok(sizes
        .filter_map(|size| size.parse::<i64>().ok())
        .sum::<i64>()
        * 1_024)
}
