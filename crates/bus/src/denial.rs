//! What the server has denied. It says so on the connection, not to the one who asked, who would only see a timeout.

use tokio::sync::broadcast;

/// Denials that may wait for a reader; more are never looked for by one.
const WAITING: usize = 64;

/// Tells everyone who waits for an answer what has been denied.
#[derive(Debug, Clone)]
pub(crate) struct Denials(broadcast::Sender<Denial>);

/// Something was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denial {
    /// `publish` or `subscribe`.
    pub(crate) what: &'static str,
    /// The subject.
    pub(crate) subject: String,
}

impl Denials {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }

    pub(crate) fn tell(&self, denial: Denial) {
        // Nobody may be waiting just now; the log has it in any case.
        let _ = self.0.send(denial);
    }

    /// Listens from now on: call it before the message is sent.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

/// Waits for denials.
#[derive(Debug)]
pub(crate) struct Listener(broadcast::Receiver<Denial>);

impl Listener {
    /// Ends when one of the subjects is denied; never otherwise.
    pub(crate) async fn of(&mut self, subjects: &[&str]) -> Denial {
        loop {
            match self.0.recv().await {
                Ok(denial) if subjects.contains(&denial.subject.as_str()) => return denial,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Denial {
    /// Reads what the server says, such as `Permissions Violation for Publish to "adit.jobs.v1.x"`.
    pub(crate) fn read(error: &str) -> Option<Self> {
        let start = error
            .to_ascii_lowercase()
            .find("permissions violation for ")?;
        let rest = &error[start + "permissions violation for ".len()..];
        let what = if rest.to_ascii_lowercase().starts_with("publish") {
            "publish"
        } else {
            "subscribe"
        };
        let subject = rest.split('"').nth(1)?.to_owned();
        Some(Self { what, subject })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_denied_is_read_from_the_servers_words() {
        for (words, what, subject) in [
            (
                "Permissions Violation for Publish to \"adit.jobs.v1.Git\"",
                "publish",
                "adit.jobs.v1.Git",
            ),
            (
                "Permissions Violation for Subscription to \"_INBOX.>\"",
                "subscribe",
                "_INBOX.>",
            ),
            (
                "permissions violation for subscription to \"a.b\" using queue \"auth\"",
                "subscribe",
                "a.b",
            ),
        ] {
            let denial = Denial::read(words).unwrap();
            assert_eq!((denial.what, denial.subject.as_str()), (what, subject));
        }
        assert_eq!(Denial::read("Authorization Violation"), None);
    }
}
