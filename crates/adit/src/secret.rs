//! Secrets of a private Adit, in files that only their owner reads.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use seal::{KeyId, KeyRing};
use secrecy::ExposeSecret as _;

/// The key ring in this file, made if it is not there yet.
pub fn key_ring(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.exists() {
        let id: KeyId = "private".parse().context("name a key")?;
        let line = KeyRing::generate(&id).context("make a key")?;
        write_secret(path, line.expose_secret())?;
    }
    Ok(path.to_owned())
}

/// The administrator's token of the HTTP API in this file, made if it is not there yet.
pub fn admin_token(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.exists() {
        write_secret(path, front::Ticket::with_prefix("adit_").text())?;
    }
    Ok(path.to_owned())
}

/// Writes a secret into a file that only its owner reads.
pub fn write_secret(path: &Path, secret: &str) -> anyhow::Result<()> {
    let writing = || format!("write {}", path.display());
    // The mode counts only for a file that is made.
    if path.exists() {
        fs::remove_file(path).with_context(writing)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(writing)?;
    writeln!(file, "{secret}").with_context(writing)
}
