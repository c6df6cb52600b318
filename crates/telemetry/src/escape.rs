//! Text of strangers must not be able to write log lines of its own.
//!
//! A commit message may hold newlines, terminal escapes or right-to-left overrides; a log line that shows it must stay one
//! honest line.

use std::fmt::{self, Write};

/// Writes to the wrapped writer, with everything escaped that could end the line or change how it is shown.
#[derive(Debug)]
pub struct Escaped<W>(pub W);

impl<W: Write> Write for Escaped<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_unsafe) {
            let (safe, tail) = rest.split_at(at);
            self.0.write_str(safe)?;
            let mut characters = tail.chars();
            if let Some(character) = characters.next() {
                write!(self.0, "{}", character.escape_default())?;
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Line and paragraph separators, and the bidirectional overrides of "trojan source" (CVE-2021-42574).
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut written = String::new();
        Escaped(&mut written).write_str(text).unwrap();
        assert_eq!(written, expected);
    }

    #[test]
    fn what_could_forge_a_line_is_escaped() {
        check("one\ntwo\r\n", "one\\ntwo\\r\\n");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\u{9b}b\u{7f}", "a\\u{9b}b\\u{7f}");
        check("\u{202e}txt.exe", "\\u{202e}txt.exe");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        check("Größe 🦀 \\n {} \"quoted\"", "Größe 🦀 \\n {} \"quoted\"");
    }
}
