//! Makes a body digestible: what JSON parsers or PostgreSQL refuse is removed before parsing.

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// UTF-8 BOM removed, invalid UTF-8 replaced, NULs removed, lone surrogates replaced by U+FFFD.
pub(crate) fn owned(mut body: Vec<u8>) -> String {
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    } else if BYTE_ORDER_MARK.starts_with(&body) {
        // Cut within the mark: as empty as if it were cut behind it.
        body.clear();
    }
    let text = String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    };
    // The fast path: most bodies hold no `\u` at all.
    if text.contains("\\u") {
        escapes(&text)
    } else {
        text
    }
}

/// The same for a borrowed body.
pub(crate) fn text(body: &[u8]) -> String {
    owned(body.to_vec())
}

/// Rewrites the escapes that stand for no character. `\\u0000` (an escaped backslash and five
/// letters) is none of them, so backslashes are always read in pairs.
fn escapes(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match unit(rest) {
            None => {
                // A two-letter escape, or a backslash at the very end.
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                clean.push_str(&rest[..length]);
                length
            }
            Some(0) => 6,
            Some(0xD800..=0xDBFF) if matches!(unit(&rest[6..]), Some(0xDC00..=0xDFFF)) => {
                clean.push_str(&rest[..12]);
                12
            }
            Some(0xD800..=0xDFFF) => {
                clean.push_str("\\ufffd");
                6
            }
            Some(_) => {
                clean.push_str(&rest[..6]);
                6
            }
        };
        rest = &rest[length..];
    }
    clean.push_str(rest);
    clean
}

/// The UTF-16 unit that the text starts with, if it starts with `\uXXXX`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_can_store_is_removed_and_all_else_kept() {
        for (given, wanted) in [
            (r#""plain""#, r#""plain""#),
            (r#""a\u0000b""#, r#""ab""#),
            (r#""a\\u0000b""#, r#""a\\u0000b""#),
            (r#""a\\\u0000b""#, r#""a\\b""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\uD83D\uDE00""#, r#""\uD83D\uDE00""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ud83dx\ude00""#, r#""\ufffdx\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\u0000\ude00""#, r#""\ufffd\ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""é\u0000\n\"""#, r#""é\n\"""#),
            (r"\u00", r"\u00"),
            (r"\", r"\"),
            (r"\é\u0000", r"\é"),
        ] {
            assert_eq!(owned(given.as_bytes().to_vec()), wanted, "{given}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_invalid_bytes_do_not_stop_us() {
        assert_eq!(owned(b"\xEF\xBB\xBF{}".to_vec()), "{}");
        assert_eq!(owned(b"\"a\xFFb\"".to_vec()), "\"a\u{FFFD}b\"");
        assert_eq!(owned(b"\"a\0b\"".to_vec()), "\"ab\"");
    }

    proptest! {
        #[test]
        fn every_list_of_utf16_units_becomes_readable_text(units in prop::collection::vec(prop_oneof![
            any::<u16>(), Just(0_u16), 0xD800_u16..0xE000, 0x20_u16..0x7F
        ], 0..40)) {
            let escaped: String = units.iter().fold(String::new(), |all, unit| format!("{all}\\u{unit:04x}"));
            let body = format!("{{\"a\":\"{escaped}\",\"b\":1}}");
            let clean = owned(body.into_bytes());
            let value: serde_json::Value = serde_json::from_str(&clean).unwrap();
            // `\u0000` is removed after surrogates were judged, so that removing it joins none.
            let wanted: String = char::decode_utf16(units)
                .map(|letter| letter.unwrap_or('\u{FFFD}'))
                .filter(|letter| *letter != '\0')
                .collect();
            prop_assert_eq!(value["a"].as_str().unwrap(), wanted);
            prop_assert_eq!(&value["b"], 1);
        }

        #[test]
        fn what_is_readable_is_not_changed(text in "[^\u{0}]*") {
            let body = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(owned(body.clone().into_bytes()), body);
        }

        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let clean = owned(body);
            prop_assert!(!clean.contains('\0'));
        }
    }
}
