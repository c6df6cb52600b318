//! Steps: each says what it does, and how long it took.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};

/// Says a line, beside the output of the programs that are run.
pub(crate) fn say(line: &str) {
    // Where standard error is closed nobody is left to be told.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Does something that has a name.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    say(&format!("── {name}"));
    let began = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    say(&format!(
        "── {name}: {verdict} in {:.1} s",
        began.elapsed().as_secs_f64()
    ));
    outcome.with_context(|| format!("{name} failed"))
}

/// Runs a program to its end; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = line(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Whether a program can be run and ends well.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_told_with_its_arguments() {
        let error = run(Command::new("false").arg("--loudly"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`false --loudly` ended with exit status: 1"),
            "{error}"
        );
        assert!(run(&mut Command::new("true")).is_ok());
    }

    #[test]
    fn a_program_that_is_not_there_does_not_work() {
        assert!(!works(&mut Command::new("/nonexistent/program")));
        let error = step("looking", || run(&mut Command::new("/nonexistent/program"))).unwrap_err();
        assert!(format!("{error:#}").contains("looking failed"), "{error:#}");
    }
}
