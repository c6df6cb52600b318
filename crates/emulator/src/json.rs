//! JSON as the service writes it, which is more than a Rust string can hold: user text there carries lone surrogates.
//!
//! Inside the emulator a lone surrogate U+D83D is kept as the private-use character U+10D83D, and written as the
//! escape `\ud83d`. In the ground truth the same character is U+FFFD, and U+0000 is nothing: PostgreSQL stores neither.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// What the emulator keeps in place of a lone surrogate.
const STAND_IN: u32 = 0x10_0000;

/// The stand-in of a lone surrogate (0xD800 to 0xDFFF).
pub fn lone_surrogate(code: u16) -> char {
    char::from_u32(STAND_IN + u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The text that is sent: lone surrogates as escapes.
pub fn sent(value: &impl Serialize) -> Vec<u8> {
    text(value, AsSent)
}

/// [`sent`], as a string to keep until it is asked for.
pub fn kept(value: &impl Serialize) -> String {
    String::from_utf8(sent(value)).unwrap_or_default()
}

/// The text of the ground truth: what a client must have stored.
pub fn stored(value: &impl Serialize) -> Vec<u8> {
    text(value, AsStored)
}

/// A text as a client must have stored it.
pub fn stored_text(text: &str) -> String {
    text.chars()
        .filter(|character| *character != '\0')
        .map(|character| surrogate(character).map_or(character, |_| char::REPLACEMENT_CHARACTER))
        .collect()
}

fn text(value: &impl Serialize, formatter: impl Formatter) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    debug_assert!(
        written.is_ok(),
        "writing to memory fails only for maps without text keys"
    );
    bytes
}

fn surrogate(character: char) -> Option<u32> {
    let code = u32::from(character).checked_sub(STAND_IN)?;
    (0xD800..=0xDFFF).contains(&code).then_some(code)
}

/// Writes a fragment, and the stand-ins in it as `instead` has them.
fn fragment<W: ?Sized + io::Write>(
    writer: &mut W,
    fragment: &str,
    instead: fn(u32) -> String,
) -> io::Result<()> {
    // All stand-ins begin with these two bytes in UTF-8, hardly anything else does.
    if !fragment
        .as_bytes()
        .windows(2)
        .any(|pair| pair == [0xF4, 0x8D])
    {
        return writer.write_all(fragment.as_bytes());
    }
    let mut from = 0;
    for (at, character) in fragment.char_indices() {
        if let Some(code) = surrogate(character) {
            writer.write_all(&fragment.as_bytes()[from..at])?;
            writer.write_all(instead(code).as_bytes())?;
            from = at + character.len_utf8();
        }
    }
    writer.write_all(&fragment.as_bytes()[from..])
}

struct AsSent;

impl Formatter for AsSent {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        fragment(writer, text, |code| format!("\\u{code:04x}"))
    }
}

struct AsStored;

impl Formatter for AsStored {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        fragment(writer, text, |_| String::from(char::REPLACEMENT_CHARACTER))
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(0) => Ok(()),
            CharEscape::AsciiControl(code) => writer.write_all(format!("\\u{code:04x}").as_bytes()),
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"\\/"),
            CharEscape::Backspace => writer.write_all(b"\\b"),
            CharEscape::FormFeed => writer.write_all(b"\\f"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn awkward_text_is_sent_as_escapes_and_stored_without_them() {
        let text = format!("a\0b{}c\u{1F600}\"\\u0000", lone_surrogate(0xD83D));
        let value = json!({ "text": text });
        assert_eq!(
            kept(&value),
            "{\"text\":\"a\\u0000b\\ud83dc\u{1F600}\\\"\\\\u0000\"}"
        );
        assert_eq!(
            String::from_utf8(stored(&value)).unwrap(),
            "{\"text\":\"ab\u{FFFD}c\u{1F600}\\\"\\\\u0000\"}"
        );
        assert_eq!(stored_text(&text), "ab\u{FFFD}c\u{1F600}\"\\u0000");
    }
}
