//! Rules about the tree.

use std::{collections::BTreeSet, path::Path, process::Command};

use anyhow::Context as _;
use serde_json::Value;
use wire::{Domain, ENTITIES, Entity};

/// Who may know whom among our own crates; `ARCHITECTURE.md` has the same table.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("seal", &[]),
    ("credential", &[]),
    ("preflight", &["azdo"]),
    ("telemetry", &[]),
    ("azdo", &[]),
    ("local", &[]),
    ("emulator", &[]),
    ("chassis", &["telemetry"]),
    ("bus", &["wire", "telemetry", "chassis"]),
    ("store", &["wire"]),
    ("fetch", &["wire", "azdo", "bus", "chassis", "telemetry"]),
    ("fetch-boards", &["fetch", "azdo", "wire"]),
    ("fetch-git", &["fetch", "azdo", "wire"]),
    ("fetch-pipelines", &["fetch", "azdo", "wire"]),
    ("fetch-tfvc", &["fetch", "azdo", "wire"]),
    ("front", &["chassis", "telemetry", "store", "credential"]),
    (
        "auth",
        &[
            "chassis",
            "telemetry",
            "bus",
            "store",
            "seal",
            "wire",
            "azdo",
            "credential",
            "preflight",
            "front",
        ],
    ),
    (
        "scheduler",
        &["chassis", "telemetry", "bus", "store", "wire"],
    ),
    ("writer", &["chassis", "telemetry", "bus", "store", "wire"]),
    ("testkit", &["wire", "bus", "store", "local"]),
    (
        "adit",
        &[
            "auth",
            "scheduler",
            "writer",
            "fetch",
            "fetch-boards",
            "fetch-git",
            "fetch-pipelines",
            "fetch-tfvc",
            "local",
            "wire",
            "bus",
            "chassis",
            "telemetry",
            "store",
            "seal",
            "testkit",
            "front",
        ],
    ),
    (
        "demo",
        &[
            "adit", "bus", "chassis", "local", "store", "testkit", "wire",
        ],
    ),
    ("bench", &["bus", "store", "testkit", "wire"]),
    ("xtask", &[]),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn packages() -> anyhow::Result<Vec<Value>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("read `cargo metadata`")?;
    Ok(metadata["packages"].as_array().context("packages")?.clone())
}

#[test]
fn crates_know_only_whom_they_may() -> anyhow::Result<()> {
    let packages = packages()?;
    let ours: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for package in &packages {
        let name = package["name"].as_str().context("a name")?;
        if name == "e2e" {
            continue;
        }
        let (_, may_know) = MAY_KNOW
            .iter()
            .find(|(crate_name, _)| *crate_name == name)
            .with_context(|| {
                format!("say in MAY_KNOW and in ARCHITECTURE.md whom `{name}` may know")
            })?;
        for dependency in package["dependencies"].as_array().context("dependencies")? {
            let known = dependency["name"].as_str().unwrap_or_default();
            let is_for_tests = dependency["kind"] == "dev";
            assert!(
                is_for_tests || !ours.contains(known) || may_know.contains(&known),
                "{name} may not know {known}"
            );
        }
    }
    Ok(())
}

#[test]
fn each_crate_has_a_readme_and_takes_the_lints_of_the_workspace() -> anyhow::Result<()> {
    for package in packages()? {
        let manifest = package["manifest_path"].as_str().context("a manifest")?;
        let folder = Path::new(manifest).parent().context("a folder")?;
        assert!(
            folder.join("README.md").exists(),
            "{} has no README.md",
            folder.display()
        );
        let manifest = std::fs::read_to_string(manifest)?;
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}: no lints",
            folder.display()
        );
    }
    Ok(())
}

#[test]
fn each_entity_has_a_reader_in_the_fetcher_of_its_domain() {
    let readers = [
        (Domain::Boards, fetch_boards::readers()),
        (Domain::Git, fetch_git::readers()),
        (Domain::Pipelines, fetch_pipelines::readers()),
        (Domain::Tfvc, fetch_tfvc::readers()),
    ];
    for (domain, readers) in readers {
        let read: BTreeSet<_> = readers.entities().map(|entity| entity.name).collect();
        let listed = |entity: &&&Entity| entity.domain == domain;
        let catalogued: BTreeSet<_> = ENTITIES
            .iter()
            .filter(listed)
            .map(|entity| entity.name)
            .collect();
        assert_eq!(read, catalogued, "{domain}");
    }
}

#[test]
fn architecture_names_each_crate() -> anyhow::Result<()> {
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    for package in packages()? {
        let name = package["name"].as_str().context("a name")?;
        assert!(
            architecture.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not name `{name}`"
        );
    }
    Ok(())
}

#[test]
fn templates_escape_everything_and_hold_no_style_or_script() -> anyhow::Result<()> {
    let mut seen = 0;
    for package in packages()? {
        let manifest = package["manifest_path"].as_str().context("a manifest")?;
        let folder = Path::new(manifest).parent().context("a folder")?;
        let templates = files(&folder.join("templates"))?;
        seen += templates.len();
        let settings = [folder.join("askama.toml")]
            .into_iter()
            .filter(|file| file.exists());
        // Templates in the source are templates too.
        let sources = files(&folder.join("src"))?;
        let with_templates = sources.into_iter().filter(|file| {
            std::fs::read_to_string(file).is_ok_and(|text| text.contains("#[template("))
        });
        for file in templates.into_iter().chain(settings).chain(with_templates) {
            let text = std::fs::read_to_string(&file)?;
            let text = text.to_lowercase().replace([' ', '\n'], "");
            for banned in [
                "|safe",
                "escape=\"none\"",
                "|escape(\"none\")",
                "<style",
                "<script>",
                "javascript:",
            ] {
                assert!(!text.contains(banned), "{}: {banned}", file.display());
            }
        }
    }
    assert!(seen > 10, "the templates were not found");
    Ok(())
}

fn files(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// `SECURITY.md` names tests: a rule whose test is gone is not held any more.
#[test]
fn each_test_that_security_names_is_there() -> anyhow::Result<()> {
    let text = std::fs::read_to_string(root().join("SECURITY.md"))?;
    let named: BTreeSet<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.matches('_').count() >= 3)
        .collect();
    assert!(named.len() > 30, "{named:?}");
    let mut code = String::new();
    for folder in ["crates", "tests"] {
        for file in files(&root().join(folder))? {
            if file.extension().is_some_and(|kind| kind == "rs") {
                code.push_str(&std::fs::read_to_string(file)?);
            }
        }
    }
    for name in named {
        assert!(
            code.contains(&format!("fn {name}()")),
            "there is no test {name}"
        );
    }
    Ok(())
}
