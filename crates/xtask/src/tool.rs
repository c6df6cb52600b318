//! Tools of the checks: from the PATH, else installed into `target/tools`, at pinned versions.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use crate::house::{cargo, target};
use crate::step::{run, say, works};

const CARGO_DENY: &str = "0.20.2";
const BUF: &str = "1.75.0";

/// cargo-deny.
pub(crate) fn cargo_deny() -> anyhow::Result<Command> {
    let installed = tools()?.join(format!("cargo-deny-{CARGO_DENY}"));
    let program = installed.join("bin/cargo-deny");
    for candidate in [PathBuf::from("cargo-deny"), program.clone()] {
        if works(Command::new(&candidate).arg("--version")) {
            return Ok(Command::new(candidate));
        }
    }
    say(&format!(
        "installing cargo-deny {CARGO_DENY} into {}",
        installed.display()
    ));
    let mut install = cargo();
    install
        .args([
            "install",
            "--quiet",
            "--locked",
            "--version",
            CARGO_DENY,
            "--root",
        ])
        .arg(&installed)
        .arg("cargo-deny");
    // Built the quick way: it runs once. Its build is its own: ours must not be thrown away for its flags.
    install
        .arg("--debug")
        .arg("--target-dir")
        .arg(installed.join("build"));
    run(&mut install)?;
    // The build is of no more use, and large.
    let _ = std::fs::remove_dir_all(installed.join("build"));
    Ok(Command::new(program))
}

/// buf.
pub(crate) fn buf() -> anyhow::Result<Command> {
    let installed = tools()?.join(format!("buf-{BUF}"));
    let program = installed.join("node_modules/.bin/buf");
    for candidate in [PathBuf::from("buf"), program.clone()] {
        if works(Command::new(&candidate).arg("--version")) {
            return Ok(Command::new(candidate));
        }
    }
    if !works(Command::new("npm").arg("--version")) {
        bail!(
            "neither buf nor npm is there: install buf (https://buf.build/docs/cli), or npm (Debian: apt-get install npm)"
        );
    }
    say(&format!(
        "installing buf {BUF} into {}",
        installed.display()
    ));
    let mut install = Command::new("npm");
    install
        .args(["install", "--silent", "--no-fund", "--no-audit", "--prefix"])
        .arg(&installed);
    run(install.arg(format!("@bufbuild/buf@{BUF}")))?;
    Ok(Command::new(program))
}

fn tools() -> anyhow::Result<PathBuf> {
    let tools = target()?.join("tools");
    std::fs::create_dir_all(&tools)?;
    Ok(tools)
}
