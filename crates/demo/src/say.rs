//! What the demo says: lines on standard output.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::time::Instant;

use chassis::telemetry::Escaped;

/// Says a line.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    // Where standard output is closed nobody is left to be told.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Says what was done, and how long it took.
pub(crate) fn done(what: impl Display, since: Instant) {
    say(format_args!(
        "  {what} ({:.1} s)",
        since.elapsed().as_secs_f64()
    ));
}

/// Says why the demo has failed: an error may hold the end of a log, so it has lines.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    // Where standard error is closed nobody is left to be told.
    let _ = out.write_all(complaint(error).as_bytes());
}

fn complaint(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for (place, cause) in error.chain().enumerate() {
        let before = if place == 0 { "error: " } else { "  because: " };
        for (number, line) in cause.to_string().lines().enumerate() {
            text.push_str(if number == 0 { before } else { "    " });
            // Writing to a String cannot fail.
            let _ = Escaped(&mut text).write_str(line);
            text.push('\n');
        }
    }
    if let Some(advice) = error.downcast_ref::<chassis::Advice>() {
        let _ = writeln!(text, "  to do: {}", advice.remedy());
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn the_end_of_a_log_keeps_its_lines_and_nothing_else() {
        let error = Err::<(), _>(anyhow::anyhow!(
            "writer did not start\nline one\nline \u{1b}[31mtwo"
        ))
        .context("the demo failed")
        .unwrap_err();
        let expected = "error: the demo failed\n  because: writer did not start\n    line one\n    line \\u{1b}[31mtwo\n";
        assert_eq!(complaint(&error), expected);
    }
}
