//! A real browser goes the whole way: set up, sign in with Microsoft, consent and refusal, preflight, sync, re-authenticate,
//! delete; by mouse, by keys alone, without scripts, on a phone.

use std::{path::Path, process::Command};

use anyhow::{Context as _, ensure};
use serde_json::json;
use testkit::{Stack, StackOptions, programs};
use tokio::task::spawn_blocking;

#[cfg(test)]
mod client {
    pub(crate) mod python;
}

/// Debian's; `.ci/run` installs it.
const CHROMIUM: &str = "/usr/bin/chromium";

#[tokio::test]
#[expect(
    clippy::print_stderr,
    reason = "whoever reads the tests' output must see that this one did not run"
)]
async fn people_connect_azure_devops_in_a_browser() -> anyhow::Result<()> {
    if !Path::new(CHROMIUM).exists() {
        eprintln!(
            "THIS TEST DID NOT RUN: there is no {CHROMIUM}; install it (Debian: apt-get install chromium)"
        );
        return Ok(());
    }
    // A browser in front of which a proxy tells addresses.
    let options = StackOptions::default().with("ADIT_TRUSTED_PROXIES", "127.0.0.1/32");
    let stack = Stack::start(&options).await?;
    let target = programs()?;
    let target = target.parent().context("the target directory")?;
    let pictures = target.join("screenshots");
    let given = json!({
        "adit": stack.pages(),
        "emulator": stack.emulator.url,
        "setup": stack.setup_address()?,
        "organization": stack.emulator.organization,
        "reader": stack.emulator.account("reader")?,
        "restricted": stack.emulator.account("restricted")?,
        "pictures": pictures,
        "chromium": CHROMIUM,
    });
    let browser = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let python = client::python::environment("browser", &browser.join("requirements.txt"))?;
    let mut flow = Command::new(python);
    flow.arg(browser.join("flow.py")).arg(given.to_string());
    let output = spawn_blocking(move || flow.output()).await??;
    ensure!(
        output.status.success(),
        "{}\n{}\npictures are in {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        pictures.display()
    );
    stack.passed()
}
