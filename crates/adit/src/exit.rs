//! What the exit code says.

use std::fmt;
use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::http::{Kind, Refused};

/// Wrong use or configuration; clap and `chassis::report` use the same.
pub(crate) const WRONG_USE: u8 = 2;
const NOT_RUNNING: u8 = 3;
const NOT_COMPLETE: u8 = 4;
const REFUSED: u8 = 5;
const NOT_FOUND: u8 = 6;
const CONFLICT: u8 = 7;

/// As `--help` tells them.
pub(crate) const CODES: &str = "Exit codes:
  0  done
  1  failed
  2  wrong use or configuration
  3  Adit, NATS or the service that answers is not there, or asks to be tried again later
  4  done, and not everything is well: a sync has ended with feeds that are not complete (`sync start --wait`), something
     cannot be read (`connection check`), a secret cannot be opened (`keys status`, `keys rotate`)
  5  refused by Microsoft, Azure DevOps or Adit, or not confirmed: a person has to act
  6  there is no such thing
  7  something else is in the way, such as a name that is taken";

/// Something was done, and not everything is well.
#[derive(Debug)]
pub(crate) struct NotComplete(String);

impl NotComplete {
    /// A sync that has ended, with feeds that are not complete.
    pub(crate) fn feeds(feeds: usize) -> Self {
        Self(format!(
            "the sync has ended, and {feeds} feeds are not complete"
        ))
    }

    /// Whatever else is not well.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for NotComplete {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotComplete {}

/// Runs a command to its end.
pub(crate) fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime");
    code(runtime.and_then(|runtime| runtime.block_on(command)))
}

/// The exit code of an outcome; an error is told on standard error.
pub(crate) fn code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough (`adit records tail | head`).
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Tells an error, and gives its exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let told = chassis::report(error);
    if error.downcast_ref::<NotComplete>().is_some() {
        ExitCode::from(NOT_COMPLETE)
    } else if is_not_running(error) {
        ExitCode::from(NOT_RUNNING)
    } else {
        Refused::of(error).map_or(told, refused)
    }
}

fn refused(kind: Kind) -> ExitCode {
    match kind {
        Kind::Wrong => ExitCode::from(WRONG_USE),
        Kind::Unavailable => ExitCode::from(NOT_RUNNING),
        Kind::Refused => ExitCode::from(REFUSED),
        Kind::NotFound => ExitCode::from(NOT_FOUND),
        Kind::Conflict => ExitCode::from(CONFLICT),
        Kind::Failed => ExitCode::FAILURE,
    }
}

/// Of ours only: a server that breaks off is something else.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref());
    Refused::of(error).is_none()
        && kinds
            .map(io::Error::kind)
            .any(|kind| kind == io::ErrorKind::BrokenPipe)
}

fn is_not_running(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause| {
        matches!(
            cause,
            bus::Error::Connect { .. }
                | bus::Error::NotRunning { .. }
                | bus::Error::TimedOut { .. }
        )
    })
}

#[cfg(test)]
mod tests {
    use chassis::Advice;

    use super::*;

    fn check(error: anyhow::Error, expected: ExitCode) {
        assert_eq!(code(Err(error)), expected);
    }

    #[test]
    fn each_kind_of_failure_has_its_code() {
        let silent = bus::Error::NotRunning {
            subject: "adit.control.v1.sync-status".to_owned(),
            service: "scheduler",
        };
        let silent = anyhow::Error::new(silent).context(Advice::new("no answer", "start it"));
        check(silent, ExitCode::from(3));
        check(
            Advice::configuration("bad", "mend it").into(),
            ExitCode::from(2),
        );
        check(NotComplete::feeds(2).into(), ExitCode::from(4));
        check(anyhow::anyhow!("lost"), ExitCode::from(1));
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        check(anyhow::Error::new(pipe).context("write"), ExitCode::SUCCESS);
    }

    #[test]
    fn each_kind_of_refusal_has_its_code_and_the_help_tells_it() {
        for (kind, expected) in [
            (Kind::Failed, 1),
            (Kind::Wrong, 2),
            (Kind::Unavailable, 3),
            (Kind::Refused, 5),
            (Kind::NotFound, 6),
            (Kind::Conflict, 7),
        ] {
            let refused = anyhow::Error::new(Refused::new(kind, "no"));
            check(
                refused.context(Advice::new("no", "do something")),
                ExitCode::from(expected),
            );
            assert!(CODES.contains(&format!("\n  {expected}  ")), "{expected}");
        }
    }
}
