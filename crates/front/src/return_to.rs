//! Where to go after a sign-in: pages of ours only.

/// The text itself, if it is a path of ours: it begins with one of these paths, and nothing in it could be read by any
/// browser or server as another host, another directory or another header.
pub(crate) fn safe<'a>(text: &'a str, allowed: &[&str]) -> Option<&'a str> {
    const LONGEST: usize = 500;
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let is_safe = text.len() <= LONGEST
        && path.bytes().all(|byte| is_plain(byte) || byte == b'/')
        && query
            .bytes()
            .all(|byte| is_plain(byte) || b"=&".contains(&byte))
        && !path.contains("//")
        && !path.split('/').any(|part| part == "." || part == "..");
    let is_ours = allowed.iter().any(|&ours| {
        path.strip_prefix(ours)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    (is_safe && is_ours).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    const ALLOWED: &[&str] = &["/connections", "/tokens"];

    #[test]
    fn pages_of_ours_are_returned_to() {
        for text in [
            "/connections",
            "/connections/1b/edit",
            "/tokens?before=12&limit=5",
        ] {
            assert_eq!(safe(text, ALLOWED), Some(text));
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%2f/evil.example",
            "/%5cevil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/connections//evil.example",
            "/connections/../sign-out",
            "/connections/./x",
            "/connections\\..\\evil",
            "/connections%0d%0aSet-Cookie:x",
            "/connections\r\nSet-Cookie: x",
            "/connections\t",
            "/connections#@evil.example",
            "/connections@evil.example",
            "/connectionsevil",
            "/connections?next=https://evil.example",
            " /connections",
            "/sign-out",
            "/connections/\u{202e}",
        ] {
            assert_eq!(safe(text, ALLOWED), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_returned_to_stays_on_our_host(
            text in prop_oneof![
                any::<String>(),
                "[/\\\\]{0,3}(connections|tokens|evil\\.example)?[/\\\\?#@:%.a-z0-9\\r\\n\\t]{0,20}",
            ]
        ) {
            let base = Url::parse("https://adit.example.com/sign-in").unwrap();
            if let Some(target) = safe(&text, ALLOWED) {
                let url = base.join(target).unwrap();
                prop_assert_eq!(url.origin(), base.origin());
                prop_assert!(ALLOWED.iter().any(|path| url.path().starts_with(path)));
                prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
