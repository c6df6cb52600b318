//! The demo's directory: data that begin anew each time, and logs that stay.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chassis::Advice;

/// What is data; all else is kept.
const DATA: [&str; 4] = ["nats", "postgres", "emulator", "mirrors"];

/// A directory that belongs to one demo at a time.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    keep: bool,
    _lock: File,
}

impl Directory {
    /// Takes the directory, and clears what an earlier demo has left.
    pub(crate) fn take(path: &Path, keep: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(path.join("logs"))
            .with_context(|| format!("make {}", path.display()))?;
        let path = path
            .canonicalize()
            .with_context(|| format!("find {}", path.display()))?;
        let lock = File::create(path.join("demo.lock")).context("make the lock of the demo")?;
        lock.try_lock().with_context(|| {
            let message = format!("another demo runs in {}", path.display());
            Advice::new(message, "end it by Ctrl-C, then start this one again")
        })?;
        let directory = Self {
            path,
            keep,
            _lock: lock,
        };
        for name in DATA.into_iter().chain(["logs"]) {
            directory.clear(name)?;
        }
        fs::create_dir(directory.of("logs")).context("make the directory of the logs")?;
        Ok(directory)
    }

    /// A file or folder in it.
    pub(crate) fn of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where a process writes its log.
    pub(crate) fn log(&self, process: &str) -> PathBuf {
        self.path.join("logs").join(format!("{process}.log"))
    }

    fn clear(&self, name: &str) -> anyhow::Result<()> {
        match fs::remove_dir_all(self.of(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("delete {}", self.of(name).display()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.keep {
            for name in DATA {
                // Whatever is left is cleared by the next demo.
                let _ = self.clear(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_taken_once_and_its_logs_stay() {
        let path = std::env::temp_dir().join(format!("demo-test-{}", std::process::id()));
        let directory = Directory::take(&path, false).unwrap();
        assert!(
            Directory::take(&path, false)
                .unwrap_err()
                .to_string()
                .contains("another demo")
        );
        fs::create_dir(directory.of("nats")).unwrap();
        fs::write(directory.log("writer"), "a line").unwrap();
        drop(directory);
        assert!(!path.join("nats").exists());
        assert!(path.join("logs/writer.log").exists());
        fs::remove_dir_all(path).unwrap();
    }
}
