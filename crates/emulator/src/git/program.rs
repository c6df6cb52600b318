//! The `git` program, kept away from the configuration of the machine and of its user.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, bail};

/// What every call of `git` is configured with.
///
/// Azure Repos serves blobless and treeless clones and refuses `blob:limit` (devblog 2023-11), takes any commit that is
/// wanted by its id, and never lets us push. `safe.directory` is read from this file only, and a repository to serve may
/// belong to somebody else.
const CONFIGURATION: &str = "\
[init]
\tdefaultBranch = main
[safe]
\tdirectory = *
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[uploadpackfilter]
\tallow = false
[uploadpackfilter \"blob:none\"]
\tallow = true
[uploadpackfilter \"tree\"]
\tallow = true
\tmaxDepth = 0
[http]
\treceivepack = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[core]
\tfsync = none
\tcompression = 1
[pack]
\tcompression = 1
\tthreads = 1
";

/// A private directory with the repositories in it, and the way to call `git` there; removed when dropped.
#[derive(Debug)]
pub(super) struct Workshop {
    directory: PathBuf,
    backend: PathBuf,
}

impl Workshop {
    /// Makes the directory below `parent`, and finds `git http-backend`.
    pub(super) fn new(parent: &Path) -> anyhow::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = parent.join(format!("adit-emulator-{}-{number}", std::process::id()));
        if directory.exists() {
            fs::remove_dir_all(&directory)
                .with_context(|| format!("remove {}", directory.display()))?;
        }
        fs::create_dir_all(&directory)
            .with_context(|| format!("create {}", directory.display()))?;
        fs::write(directory.join("configuration"), CONFIGURATION)
            .context("write git's configuration")?;
        let mut workshop = Self {
            directory,
            backend: PathBuf::new(),
        };
        let path = workshop.run(None, ["--exec-path"])?;
        workshop.backend =
            Path::new(String::from_utf8_lossy(&path).trim()).join("git-http-backend");
        if !workshop.backend.exists() {
            bail!(
                "{} does not exist: git is installed without its HTTP server",
                workshop.backend.display()
            );
        }
        Ok(workshop)
    }

    /// Where the repositories are.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where `git http-backend` is.
    pub(super) fn backend(&self) -> &Path {
        &self.backend
    }

    /// The environment of every call: no configuration but ours, no questions, one language.
    pub(super) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_CONFIG_GLOBAL", self.directory.join("configuration")),
            ("HOME", self.directory.clone()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("LC_ALL", "C".into()),
            ("TZ", "UTC".into()),
        ]
    }

    /// Runs `git` in `repository` and gives what it printed.
    pub(super) fn run<A: AsRef<OsStr>>(
        &self,
        repository: Option<&Path>,
        arguments: impl IntoIterator<Item = A>,
    ) -> anyhow::Result<Vec<u8>> {
        let mut command = self.command(repository);
        command.args(arguments).stdin(Stdio::null());
        let output = command.output().context("run git")?;
        printed(&command, output)
    }

    /// Runs `git` in `repository`, gives it `input` and gives what it printed.
    pub(super) fn feed<A: AsRef<OsStr>>(
        &self,
        repository: &Path,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        let mut command = self.command(Some(repository));
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().context("start git")?;
        // The programs that are fed print nothing before they have read everything, so one pipe after the other is safe.
        let written = child
            .stdin
            .take()
            .map_or(Ok(()), |mut stdin| stdin.write_all(input));
        let output = child.wait_with_output().context("wait for git")?;
        let printed = printed(&command, output)?;
        written.context("write to git")?;
        Ok(printed)
    }

    fn command(&self, repository: Option<&Path>) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(repository.unwrap_or(&self.directory))
            .env_remove("GIT_DIR");
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::debug!("failed to remove {}: {error}", self.directory.display());
        }
    }
}

fn printed(command: &Command, output: Output) -> anyhow::Result<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let arguments = command
        .get_args()
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ");
    bail!(
        "git {arguments} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )
}
