//! How git fails, read from what it writes to its standard error.

use std::fmt;

use crate::explanation::code_in;

/// Why a fetch or a log failed. The text holds no credential: git is never given one in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The credential was refused, twice.
    Unauthorized(String),
    /// `TF401027`: no right to read this repository.
    Forbidden(String),
    /// `TF401019`: not there, or not visible, or disabled.
    NotFound(String),
    /// The service or the network failed. Come back later.
    Unavailable(String),
    /// It took longer than allowed.
    TimedOut(String),
    /// The repository is larger than allowed.
    TooLarge(String),
    /// The mirror is broken; the next fetch starts a new one.
    Corrupt(String),
    /// There is no usable git, or the disk refuses.
    Broken(String),
}

impl Failure {
    /// The service's own code, such as `TF401019`.
    pub fn code(&self) -> Option<&str> {
        let text = self.text();
        let code = code_in(text)?;
        let at = text.find(&code)?;
        text.get(at..at + code.len())
    }

    /// What git said, at most 2 KB.
    pub fn text(&self) -> &str {
        match self {
            Self::Unauthorized(text)
            | Self::Forbidden(text)
            | Self::NotFound(text)
            | Self::Unavailable(text)
            | Self::TimedOut(text)
            | Self::TooLarge(text)
            | Self::Corrupt(text)
            | Self::Broken(text) => text,
        }
    }

    pub(crate) fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::TimedOut(_) | Self::Corrupt(_)
        )
    }

    /// By the words that git and Azure Repos use.
    pub(crate) fn of_stderr(stderr: &str) -> Self {
        let text = shortened(stderr);
        let says = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
        if says(&["TF401027", "error: 403", "returned error: 403"]) {
            Self::Forbidden(text)
        } else if says(&["TF401019", "not found", "error: 404", "returned error: 404"]) {
            Self::NotFound(text)
        } else if says(&[
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "error: 401",
            "error: 203",
            "error: 302",
            "unable to update url base from redirection",
            "not valid: is this a git repository",
        ]) {
            Self::Unauthorized(text)
        } else if says(&[
            "does not appear to be a git repository",
            ".lock': File exists",
            "object file",
            "is corrupt",
            "bad object",
            "not a git repository",
        ]) {
            Self::Corrupt(text)
        } else if says(&[
            "No space left",
            "Permission denied",
            "Read-only file system",
        ]) {
            Self::Broken(text)
        } else {
            Self::Unavailable(text)
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Unauthorized(_) => "not authorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) => "not found",
            Self::Unavailable(_) => "unavailable",
            Self::TimedOut(_) => "took too long",
            Self::TooLarge(_) => "too large",
            Self::Corrupt(_) => "the mirror is broken",
            Self::Broken(_) => "git cannot work here",
        };
        write!(formatter, "{what}: {}", self.text())
    }
}

impl std::error::Error for Failure {}

/// The end says most: before it come hints and progress.
fn shortened(stderr: &str) -> String {
    let text = stderr.trim();
    let start = text.ceil_char_boundary(text.len().saturating_sub(2048));
    text[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart_by_their_words() {
        for (stderr, wanted) in [
            (
                "remote: TF401019: The Git repository with name or identifier x does not exist\nfatal: repository 'https://x/' not found",
                "not found",
            ),
            (
                "remote: TF401027: You need the Git 'GenericRead' permission",
                "forbidden",
            ),
            (
                "fatal: Authentication failed for 'https://x/'",
                "not authorized",
            ),
            (
                "fatal: could not read Username for 'https://x': terminal prompts disabled",
                "not authorized",
            ),
            (
                "fatal: unable to access 'https://x/': The requested URL returned error: 302",
                "not authorized",
            ),
            (
                "fatal: https://x/info/refs not valid: is this a git repository?",
                "not authorized",
            ),
            (
                "fatal: unable to access 'https://x/': The requested URL returned error: 403",
                "forbidden",
            ),
            (
                "fatal: unable to access 'https://x/': Could not resolve host: x",
                "unavailable",
            ),
            (
                "error: RPC failed; curl 56 Recv failure\nfatal: early EOF",
                "unavailable",
            ),
            (
                "error: cannot lock ref 'refs/heads/x': Unable to create 'x.lock': File exists.",
                "the mirror is broken",
            ),
            ("fatal: not a git repository: 'x'", "the mirror is broken"),
            (
                "fatal: write error: No space left on device",
                "git cannot work here",
            ),
        ] {
            let failure = Failure::of_stderr(stderr);
            assert!(
                failure.to_string().starts_with(wanted),
                "{stderr}: {failure}"
            );
        }
        let failure = Failure::of_stderr("remote: TF401027: You need");
        assert_eq!(failure.code(), Some("TF401027"));
    }
}
