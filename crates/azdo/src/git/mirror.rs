//! A bare copy of a repository in a cache directory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use super::environment::Configuration;
use super::failure::Failure;
use super::program::Program;
use super::tips::{self, Tip, tips};

/// What a mirror may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The git program.
    pub git: PathBuf,
    /// Larger mirrors are given up; `None` for no limit.
    pub bytes: Option<u64>,
    /// For one fetch.
    pub time: Duration,
    /// Whether every object is checked as it arrives. It costs half as much time again.
    pub fsck: bool,
    /// The most commits of a page.
    pub page_commits: usize,
    /// About how large a page may get.
    pub page_bytes: usize,
    /// Files of one commit beyond this are counted, but not listed.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            git: PathBuf::from("git"),
            bytes: None,
            time: Duration::from_hours(2),
            fsck: false,
            page_commits: 500,
            page_bytes: 400_000,
            files: 10_000,
        }
    }
}

/// A mirror. While it lives, no other process touches the same one.
#[derive(Clone, Debug)]
pub struct Mirror {
    pub(super) directory: PathBuf,
    pub(super) limits: Limits,
    _lock: Arc<File>,
}

impl Mirror {
    /// Opens the mirror of a repository, or prepares a new one. Waits while another holds it.
    pub async fn open(cache: &Path, repository: Uuid, limits: Limits) -> Result<Self, Failure> {
        let broken = |error: std::io::Error| {
            Failure::Broken(format!("open the mirror in {}: {error}", cache.display()))
        };
        tokio::fs::create_dir_all(cache).await.map_err(broken)?;
        let cache = tokio::fs::canonicalize(cache).await.map_err(broken)?;
        let lock = File::create(cache.join(format!("{repository}.lock")));
        let lock = lock.map_err(broken)?;
        // Not `lock()`, which blocks a thread that nobody could free again.
        while let Err(error) = lock.try_lock() {
            match error {
                std::fs::TryLockError::WouldBlock => sleep(Duration::from_millis(100)).await,
                std::fs::TryLockError::Error(error) => return Err(broken(error)),
            }
        }
        Ok(Self {
            directory: cache.join(format!("{repository}.git")),
            limits,
            _lock: Arc::new(lock),
        })
    }

    /// All branches and tags of the mirror, as they were fetched.
    pub async fn tips(&self) -> Result<Vec<Tip>, Failure> {
        if !self.directory.join("HEAD").exists() {
            return Ok(Vec::new());
        }
        let format = format!("--format={}", tips::FORMAT);
        let arguments = ["for-each-ref", &format, "refs/heads/", "refs/tags/"];
        let program = self.program();
        let output = program.run(&arguments, "", self.limits.time).await?;
        Ok(tips(&output))
    }

    /// Deletes the mirror; the next fetch starts a new one.
    pub async fn remove(&self) -> Result<(), Failure> {
        match tokio::fs::remove_dir_all(&self.directory).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::Broken(format!("remove the mirror: {error}")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn program(&self) -> Program {
        Program {
            git: self.limits.git.clone(),
            directory: self.directory.clone(),
            configuration: Configuration::isolated(&self.directory, self.limits.fsck),
        }
    }

    pub(super) async fn packs(&self) -> Vec<(PathBuf, u64)> {
        let mut packs = Vec::new();
        let directory = self.directory.join("objects/pack");
        let Ok(mut entries) = tokio::fs::read_dir(directory).await else {
            return packs;
        };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let size = entry.metadata().await.map_or(0, |metadata| metadata.len());
            packs.push((entry.path(), size));
        }
        packs
    }

    pub(super) async fn size(&self) -> u64 {
        self.packs().await.iter().map(|(_, size)| size).sum()
    }
}
