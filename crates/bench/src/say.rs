//! What the measurement says: lines on standard output.

use std::{fmt::Display, io::Write as _};

/// Says a line, or several.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    // Where standard output is closed nobody is left to be told.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
