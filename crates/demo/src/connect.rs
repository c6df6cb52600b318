//! Adds the connection as a user would: by the command line.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::house::House;
use crate::options::Options;
use crate::say::say;

/// The connection's name.
pub(crate) const NAME: &str = "demo";

/// Runs `adit connection add`.
pub(crate) fn connect(options: &Options, house: &House) -> anyhow::Result<()> {
    let adit = options.programs.join("adit");
    let pat_file = house.pat_file.display().to_string();
    let arguments = [
        "connection",
        "add",
        "--name",
        NAME,
        "--organization",
        &house.world.organization,
        "--pat-file",
        &pat_file,
    ];
    say(format_args!(
        "\n$ {} {}",
        adit.display(),
        arguments.join(" ")
    ));
    let output = command(&adit, house)
        .args(arguments)
        .output()
        .with_context(|| format!("run {}", adit.display()))?;
    let (told, refused) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    ensure!(
        output.status.success(),
        "the connection was not added:\n{told}{refused}"
    );
    say(told.trim_end());
    Ok(())
}

/// A developer's own settings must not reach the demo.
fn command(adit: &Path, house: &House) -> Command {
    let mut command = Command::new(adit);
    command
        .env_clear()
        .env("ADIT_URL", &house.pages)
        .env("ADIT_TOKEN_FILE", &house.token_file);
    for name in ["PATH", "HOME"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command
}
