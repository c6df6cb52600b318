//! Errors that end a process, said once, with what the reader can do.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::process::ExitCode;

use telemetry::Escaped;

const BAD_CONFIGURATION: u8 = 2;

/// An error, or the context of one, whose reader can do something about it.
///
/// Return it by itself, or wrap a cause: `.with_context(|| Advice::new("connect to NATS", "start it, or set NATS_URL"))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    message: String,
    remedy: String,
    configuration: bool,
}

impl Advice {
    /// What went wrong, and what the reader can do about it.
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            remedy: remedy.into(),
            configuration: false,
        }
    }

    /// The same for bad configuration: the process ends with exit code 2, and starting it again will not help.
    pub fn configuration(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            configuration: true,
            ..Self::new(message, remedy)
        }
    }

    /// What the reader can do.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    fn of(error: &anyhow::Error) -> Option<&Self> {
        // As a context first: in the chain anyhow shows a context with its cause, not by its own type.
        error
            .downcast_ref()
            .or_else(|| error.chain().find_map(|cause| cause.downcast_ref()))
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Advice {}

/// Prints the error with its causes and the remedy to standard error, and gives the exit code: 2 for bad configuration, else 1.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let mut out = std::io::stderr().lock();
    // Where standard error is closed nobody is left to be told.
    let _ = out.write_all(text(error).as_bytes());
    match Advice::of(error) {
        Some(advice) if advice.configuration => ExitCode::from(BAD_CONFIGURATION),
        _ => ExitCode::FAILURE,
    }
}

fn text(error: &anyhow::Error) -> String {
    let mut lines = vec![format!("error: {error}")];
    lines.extend(
        error
            .chain()
            .skip(1)
            .map(|cause| format!("  because: {cause}")),
    );
    lines.extend(Advice::of(error).map(|advice| format!("  to do: {}", advice.remedy)));
    let mut text = String::new();
    for line in lines {
        // Writing to a String cannot fail.
        let _ = Escaped(&mut text).write_str(&line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes_and_the_remedy() {
        let cause = std::io::Error::other("connection refused\nERROR forged");
        let error = Err::<(), _>(cause)
            .context(Advice::new(
                "cannot connect to NATS",
                "start it, or set NATS_URL",
            ))
            .context("the writer did not start")
            .unwrap_err();
        let expected = "error: the writer did not start\n  because: cannot connect to NATS\n  \
            because: connection refused\\nERROR forged\n  to do: start it, or set NATS_URL\n";
        assert_eq!(text(&error), expected);
    }

    #[test]
    fn bad_configuration_has_an_exit_code_of_its_own() {
        let bad = anyhow::Error::new(Advice::configuration(
            "no key ring",
            "set ADIT_KEY_RING_FILE",
        ));
        assert_eq!(
            report(&bad.context("auth did not start")),
            ExitCode::from(2)
        );
        assert_eq!(report(&anyhow::anyhow!("lost")), ExitCode::FAILURE);
    }
}
