//! The last line of defence: what PostgreSQL cannot hold is taken out of texts as they are bound.

use std::borrow::Cow;

/// `text` cannot hold U+0000.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// `jsonb` holds neither U+0000 nor half a surrogate pair, escaped or not: the former is taken out, the latter
/// replaced.
pub(crate) fn json(json: &str) -> Cow<'_, str> {
    let json = text(json);
    if !json.contains("\\u") {
        return json;
    }
    let mut clean = String::with_capacity(json.len());
    let mut rest = json.as_ref();
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        clean.push_str(before);
        rest = match unit(escape) {
            Some(0) => &escape[6..],
            Some(0xD800..=0xDBFF)
                if matches!(escape.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) =>
            {
                clean.push_str(&escape[..12]);
                &escape[12..]
            }
            Some(0xD800..=0xDFFF) => {
                clean.push('\u{FFFD}');
                &escape[6..]
            }
            Some(_) => {
                clean.push_str(&escape[..6]);
                &escape[6..]
            }
            None => {
                // Another escape: it and the character after it, which may be a backslash itself.
                let end = escape
                    .char_indices()
                    .nth(2)
                    .map_or(escape.len(), |(index, _)| index);
                clean.push_str(&escape[..end]);
                &escape[end..]
            }
        };
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// The UTF-16 unit that `\uXXXX` at the start of `escape` stands for.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_nuls_and_nothing_else() {
        assert_eq!(text("a\0b\0"), "ab");
        assert_eq!(
            text("\\u0000 stays, it is text"),
            "\\u0000 stays, it is text"
        );
    }

    #[test]
    fn json_keeps_all_that_jsonb_can_hold() {
        for (given, kept) in [
            (r#"{"a":"b"}"#, r#"{"a":"b"}"#),
            (r#""a\u0000b""#, r#""ab""#),
            (r#""a\\u0000b""#, r#""a\\u0000b""#),
            (r#""\\\u0000""#, r#""\\""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d""#, "\"\u{FFFD}\""),
            (r#""\ude00\ud83d""#, "\"\u{FFFD}\u{FFFD}\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{FFFD}\\ud83d\\ude00\""),
            (r#""\u00e9\n""#, r#""\u00e9\n""#),
            ("\"a\0b\"", "\"ab\""),
            (r"\u12", r"\u12"),
            (r"\", r"\"),
            ("\\é\\u0000", "\\é"),
        ] {
            assert_eq!(json(given), kept, "{given}");
        }
    }
}
