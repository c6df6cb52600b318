//! The service's words, made fit to be stored and shown.

use uuid::Uuid;

/// No more is shown of what came back.
const LONGEST: usize = 300;

/// A word of this length with a digit in it is taken for a secret: tokens have 52 letters or more,
/// guids 36, and the long names of exceptions have no digits.
const SECRET: usize = 40;

/// One line of at most 300 characters without anything that looks like a secret.
pub(crate) fn shown(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let mut line = String::new();
    let mut follows_scheme = false;
    for word in plain.split_whitespace() {
        // Words such as `access` follow `Basic` too.
        let word_shown = if follows_scheme && word.len() >= 16 {
            "…".to_owned()
        } else {
            without_secrets(word)
        };
        let word = word.to_ascii_lowercase();
        follows_scheme = word.ends_with("bearer") || word.ends_with("basic");
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word_shown);
    }
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST - 1).collect();
        line.push('…');
    }
    line
}

fn without_secrets(word: &str) -> String {
    let mut safe = String::new();
    let mut run = String::new();
    // The space at the end closes the last run.
    for letter in word.chars().chain(std::iter::once(' ')) {
        if letter.is_ascii_alphanumeric() || "-_.+/=~".contains(letter) {
            run.push(letter);
            continue;
        }
        if is_secret(&run) {
            safe.push('…');
        } else {
            safe.push_str(&run);
        }
        run.clear();
        if letter != ' ' {
            safe.push(letter);
        }
    }
    safe
}

fn is_secret(run: &str) -> bool {
    let is_long = run.len() >= SECRET && !is_path(run);
    // The start of every JSON Web Token.
    is_long || (run.len() >= 16 && run.starts_with("eyJ"))
}

/// Of short words, words without digits, and guids.
fn is_path(run: &str) -> bool {
    let is_plain = |part: &str| {
        part.len() < 20
            || !part.bytes().any(|byte| byte.is_ascii_digit())
            || part.parse::<Uuid>().is_ok()
    };
    run.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_and_control_characters_go() {
        for (given, wanted) in [
            (
                "TF400813: The user '' is\r\n not\x1b[31m authorized",
                "TF400813: The user '' is not [31m authorized",
            ),
            (
                "GET /x/fb80544b-3a07-6095-8fcc-5e895f9d39c4/_apis/git/repositories",
                "GET /x/fb80544b-3a07-6095-8fcc-5e895f9d39c4/_apis/git/repositories",
            ),
            (
                "fb80544b-3a07-6095-8fcc-5e895f9d39c4",
                "fb80544b-3a07-6095-8fcc-5e895f9d39c4",
            ),
            (
                "WorkItemTrackingQueryResultSizeLimitExceededException",
                "WorkItemTrackingQueryResultSizeLimitExceededException",
            ),
            (
                "needs at least Basic authentication",
                "needs at least Basic authentication",
            ),
            (
                "visit aka.ms/adofootprintreduction",
                "visit aka.ms/adofootprintreduction",
            ),
            (
                "Authorization: Basic OmFiY2RlZmdoaWprbG0=",
                "Authorization: Basic …",
            ),
            ("token=eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9", "…"),
        ] {
            assert_eq!(shown(given), wanted);
        }
    }

    proptest! {
        #[test]
        fn no_token_is_shown_and_no_line_is_too_long(
            before in any::<String>(),
            token in "[a-z2-7]{51}2|[A-Za-z0-9]{83}9|eyJ[A-Za-z0-9_-]{30,80}\\.[A-Za-z0-9_-]{20,80}",
            after in any::<String>(),
            between in "[ \t\n'\"(,;:<>]",
        ) {
            let line = shown(&format!("{before}{between}{token}{between}{after}"));
            prop_assert!(!line.contains(&token), "{line}");
            prop_assert!(line.chars().count() <= LONGEST);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
