//! What the demo says: lines on standard output.

use std::fmt::Display;
use std::io::Write as _;
use std::time::Instant;

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
