//! Runs the git program.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::environment::Configuration;
use super::failure::Failure;

/// More of what git complains is not kept.
const COMPLAINTS: usize = 64 * 1024;

/// A run of git, whose output is read as it comes. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Run {
    child: Child,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    complaints: Vec<u8>,
}

/// Where and how git runs.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) git: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) configuration: Configuration,
}

impl Program {
    /// Starts git and gives it all of its input.
    pub(crate) async fn start(&self, arguments: &[&str], input: &str) -> Result<Run, Failure> {
        let mut command = Command::new(&self.git);
        let home = self.directory.parent().unwrap_or_else(|| Path::new("/"));
        self.configuration.apply(&mut command, home);
        let mut child = command
            .arg("--git-dir")
            .arg(&self.directory)
            .args(arguments)
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                Failure::Broken(format!("cannot start {}: {error}", self.git.display()))
            })?;
        let mut stdin = child.stdin.take();
        if let Some(stdin) = &mut stdin {
            // Git may end without reading all of it; what it says of that counts, not this.
            let _ended_early = stdin.write_all(input.as_bytes()).await;
        }
        drop(stdin);
        Ok(Run {
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            complaints: Vec::new(),
        })
    }

    /// Runs git to its end and gives its output.
    pub(crate) async fn run(
        &self,
        arguments: &[&str],
        input: &str,
        time: Duration,
    ) -> Result<Vec<u8>, Failure> {
        let run = async {
            let mut run = self.start(arguments, input).await?;
            let mut output = Vec::new();
            while run.read(&mut output).await? {}
            run.end().await?;
            Ok(output)
        };
        let name = arguments.first().copied().unwrap_or_default();
        tokio::time::timeout(time, run)
            .await
            .unwrap_or_else(|_| Err(Failure::TimedOut(format!("git {name}"))))
    }
}

impl Run {
    /// Reads some more of the output; `false` at its end. Complaints are read at the same time:
    /// git would stop at a full pipe.
    pub(crate) async fn read(&mut self, output: &mut Vec<u8>) -> Result<bool, Failure> {
        let mut complaint = [0; 4096];
        loop {
            let Some(stdout) = &mut self.stdout else {
                return Ok(false);
            };
            output.reserve(64 * 1024);
            let read = match &mut self.stderr {
                None => stdout.read_buf(output).await,
                Some(stderr) => tokio::select! {
                    read = stdout.read_buf(output) => read,
                    read = stderr.read(&mut complaint) => {
                        let length = read.unwrap_or(0);
                        if length == 0 {
                            self.stderr = None;
                        }
                        self.complain(&complaint[..length]);
                        continue;
                    }
                },
            };
            match read {
                Ok(0) => self.stdout = None,
                Ok(_) => return Ok(true),
                Err(error) => return Err(Failure::Broken(format!("read git's output: {error}"))),
            }
        }
    }

    fn complain(&mut self, complaint: &[u8]) {
        self.complaints.extend_from_slice(complaint);
        let excess = self.complaints.len().saturating_sub(COMPLAINTS);
        self.complaints.drain(..excess);
    }

    /// Waits for the end, and says why it failed if it did.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        if let Some(mut stderr) = self.stderr.take() {
            let mut complaint = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut complaint).await {
                self.complain(&complaint[..length]);
            }
        }
        let status = self.child.wait().await;
        let status = status.map_err(|error| Failure::Broken(format!("wait for git: {error}")))?;
        if status.success() {
            return Ok(());
        }
        let complaints = String::from_utf8_lossy(&self.complaints);
        if complaints.trim().is_empty() {
            return Err(Failure::Unavailable(format!("git ended with {status}")));
        }
        Err(Failure::of_stderr(&complaints))
    }
}
