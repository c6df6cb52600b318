//! Where a stack keeps its data and logs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// A directory for one stack. It is kept, and its place told, unless it is to be forgotten.
#[derive(Debug)]
pub(crate) struct Place {
    directory: PathBuf,
    forgotten: bool,
}

impl Place {
    pub(crate) fn new(target: &Path) -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let directory = target.join("testkit").join(name);
        fs::create_dir_all(&directory)?;
        Ok(Self {
            directory,
            forgotten: false,
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn forget(&mut self) {
        self.forgotten = true;
    }
}

impl Drop for Place {
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads of a failed test looks for its logs here"
    )]
    fn drop(&mut self) {
        if !self.forgotten {
            eprintln!("data and logs are kept in {}", self.directory.display());
        } else if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!("{} is left behind: {error}", self.directory.display());
        }
    }
}
