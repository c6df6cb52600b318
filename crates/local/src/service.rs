//! Our own services as processes, for the demo and for tests that kill them.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::{Plan, Process};
use crate::{Error, http};

const POLL: Duration = Duration::from_millis(20);

/// What to run.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// What messages call it.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its environment. Of ours it gets only what every program needs (PATH, HOME, …), and no `ADIT_`, `NATS_`, `OTEL_` variable.
    pub environment: Vec<(OsString, OsString)>,
    /// Standard output and error are appended to it.
    pub log: PathBuf,
}

/// A running service. It is killed when this is dropped.
#[derive(Debug)]
pub struct Service {
    process: Process,
    options: ServiceOptions,
}

impl Service {
    /// Starts it, and does not wait.
    pub fn spawn(options: ServiceOptions) -> Result<Self, Error> {
        Ok(Self {
            process: start(&options)?,
            options,
        })
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        self.process.log_tail()
    }

    /// Waits until `url` (its `/readyz`) answers 200. The error tells what was missing, and the end of the log.
    pub async fn wait_ready(&mut self, url: &str, within: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                return Err(self.process.did_not_start(format!("it ended ({status})")));
            }
            let last = match http::get(url).await {
                Ok((200, _)) => return Ok(()),
                Ok((status, body)) => format!("{status} {body}"),
                Err(error) => error.to_string(),
            };
            if Instant::now() >= deadline {
                let reason = format!(
                    "it was not ready within {} s; {url} said last: {last}",
                    within.as_secs()
                );
                return Err(self.process.did_not_start(reason));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until it ends by itself. One that takes longer is killed, which is an error.
    pub async fn wait(&mut self, within: Duration) -> Result<ExitStatus, Error> {
        self.process.wait(within).await
    }

    /// Asks it to end (SIGTERM), and waits. One that takes longer is killed, which is an error.
    pub async fn terminate(&mut self, within: Duration) -> Result<ExitStatus, Error> {
        self.process.stop(Signal::TERM, within).await
    }

    /// Asks it to end, and does not wait.
    pub fn ask_to_end(&mut self) -> Result<(), Error> {
        self.process.signal(Signal::TERM)
    }

    /// Kills it, as `kill -9` does: itself only, not what it has started.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.process.kill_alone()
    }

    /// Stops it where it is (SIGSTOP), as a paused virtual machine does.
    pub fn suspend(&mut self) -> Result<(), Error> {
        self.process.signal(Signal::STOP)
    }

    /// Lets a suspended one go on.
    pub fn resume(&mut self) -> Result<(), Error> {
        self.process.signal(Signal::CONT)
    }

    /// Starts it again with the same options. Kills it first if it still runs.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.process.kill();
        self.process = start(&self.options)?;
        Ok(())
    }

    /// The most memory it ever used at once, in bytes; `None` where the system does not tell (Linux does).
    pub fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}

fn start(options: &ServiceOptions) -> Result<Process, Error> {
    Process::start(&Plan {
        name: options.name.clone(),
        program: options.program.clone(),
        arguments: options.arguments.clone(),
        environment: options.environment.clone(),
        user: None,
        log: options.log.clone(),
        end: Signal::KILL,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shell(directory: &Path, script: &str) -> Service {
        let options = ServiceOptions {
            name: "shell".to_owned(),
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("GREETING".into(), "hello".into())],
            log: directory.join("log"),
        };
        Service::spawn(options).unwrap()
    }

    async fn until_logged(service: &Service, text: &str) {
        while !service.log_tail().contains(text) {
            tokio::time::sleep(POLL).await;
        }
    }

    #[tokio::test]
    async fn a_service_ends_when_it_is_asked_to() {
        let directory = tempfile::tempdir().unwrap();
        let mut service = shell(
            directory.path(),
            "trap 'exit 7' TERM; echo $GREETING; while :; do sleep 0.05; done",
        );
        until_logged(&service, "hello").await;
        assert!(service.peak_memory().unwrap() > 0);
        let status = service.terminate(Duration::from_secs(10)).await.unwrap();
        assert_eq!(status.code(), Some(7));
    }

    #[tokio::test]
    async fn a_service_that_will_not_end_is_killed_and_that_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let mut service = shell(
            directory.path(),
            "trap '' TERM; echo stubborn; while :; do sleep 0.05; done",
        );
        until_logged(&service, "stubborn").await;
        let error = service
            .terminate(Duration::from_millis(200))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("stubborn"), "{error}");
        assert!(service.ended().is_some());
    }

    #[tokio::test]
    async fn a_service_that_ends_early_shows_the_end_of_its_log() {
        let directory = tempfile::tempdir().unwrap();
        let mut service = shell(directory.path(), "echo error: no database; exit 2");
        let url = "http://127.0.0.1:1/readyz";
        let error = service
            .wait_ready(url, Duration::from_secs(10))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("exit status: 2") && error.contains("error: no database"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_suspended_service_does_nothing_until_it_is_resumed() {
        let directory = tempfile::tempdir().unwrap();
        let mut service = shell(
            directory.path(),
            "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done",
        );
        until_logged(&service, "up").await;
        service.suspend().unwrap();
        service.ask_to_end().unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(service.ended().is_none());
        service.resume().unwrap();
        assert!(
            service
                .wait(Duration::from_secs(10))
                .await
                .unwrap()
                .success()
        );
    }

    #[tokio::test]
    async fn nothing_of_a_dropped_service_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let service = shell(directory.path(), "sleep 1000 & echo child $!; wait");
        until_logged(&service, "child").await;
        let child: i32 = service
            .log_tail()
            .trim()
            .strip_prefix("child ")
            .unwrap()
            .parse()
            .unwrap();
        drop(service);
        let child = rustix::process::Pid::from_raw(child).unwrap();
        while is_alive(child) {
            tokio::time::sleep(POLL).await;
        }
    }

    /// A process that has ended stays in the table until its new parent has noticed.
    fn is_alive(pid: rustix::process::Pid) -> bool {
        let state =
            fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        state
            .rsplit(')')
            .next()
            .is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
    }
}
