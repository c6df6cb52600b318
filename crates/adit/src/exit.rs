//! What the exit code says.

use std::fmt;
use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

/// Wrong use or configuration; clap and `chassis::report` use the same.
pub(crate) const WRONG_USE: u8 = 2;
const NOT_RUNNING: u8 = 3;
const NOT_COMPLETE: u8 = 4;

/// As `--help` tells them.
pub(crate) const CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, \
    3 NATS or the service that answers is not there, 4 the sync has ended and some feeds are not complete.";

/// A sync that has ended, with feeds that are not complete.
#[derive(Debug)]
pub(crate) struct NotComplete(pub(crate) usize);

impl fmt::Display for NotComplete {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the sync has ended, and {} feeds are not complete",
            self.0
        )
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
        told
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref());
    kinds
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
        check(NotComplete(2).into(), ExitCode::from(4));
        check(anyhow::anyhow!("lost"), ExitCode::from(1));
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        check(anyhow::Error::new(pipe).context("write"), ExitCode::SUCCESS);
    }
}
