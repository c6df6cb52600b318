//! What the server has denied. It says so on the connection, not to the one who asked, who would only see a timeout.

use std::fmt;

use tokio::sync::broadcast;

use crate::Error;
use crate::rights::{PLACE, Rights};

/// Denials that may wait for a reader; more are never looked for by one.
const WAITING: usize = 64;

/// Tells everyone who waits for an answer what has been denied.
#[derive(Debug, Clone)]
pub(crate) struct Denials(broadcast::Sender<Denial>);

/// Something was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The service, which is the user of the same name.
    pub service: String,
    /// `publish` or `subscribe`.
    pub what: &'static str,
    /// The subject.
    pub subject: String,
}

/// What its reader can do depends on the table: the server may have an older one, or this may not be meant to be.
impl fmt::Display for Denial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            service,
            what,
            subject,
        } = self;
        write!(
            formatter,
            "NATS denies the user `{service}` to {what} `{subject}`: "
        )?;
        let Some(user) = Rights::table().user(service) else {
            return write!(
                formatter,
                "it is no user of {PLACE}; connect as one that is"
            );
        };
        let is_meant = if *what == "publish" {
            user.may_publish(subject)
        } else {
            let groups = user
                .subscribe
                .iter()
                .filter_map(|allowed| allowed.split(' ').nth(1));
            groups
                .map(Some)
                .chain([None])
                .any(|group| user.may_subscribe(subject, group))
        };
        if is_meant {
            write!(
                formatter,
                "the server has not the permissions of this version; give it {PLACE} as it is now (block {}) and reload it",
                user.block
            )
        } else {
            write!(
                formatter,
                "if it should, add the subject to the block {} of {PLACE} and reload the server",
                user.block
            )
        }
    }
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
            let denial = self.any().await;
            if subjects.contains(&denial.subject.as_str()) {
                return denial;
            }
        }
    }

    /// Ends when anything is denied.
    pub(crate) async fn any(&mut self) -> Denial {
        loop {
            match self.0.recv().await {
                Ok(denial) => return denial,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl Denial {
    /// Reads what the server says, such as `Permissions Violation for Publish to "adit.jobs.v1.x"`.
    pub(crate) fn read(service: &str, error: &str) -> Option<Self> {
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
        Some(Self {
            service: service.to_owned(),
            what,
            subject,
        })
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
            let denial = Denial::read("fetch-git", words).unwrap();
            assert_eq!((denial.what, denial.subject.as_str()), (what, subject));
        }
        assert_eq!(Denial::read("fetch-git", "Authorization Violation"), None);
    }

    #[test]
    fn a_denial_says_what_to_change_and_where() {
        for (service, what, subject, expected) in [
            (
                "fetch-git",
                "publish",
                "adit.jobs.v1.x",
                "add the subject to the block FETCH_GIT of deploy/nats/permissions.conf",
            ),
            (
                "auth",
                "subscribe",
                "adit.auth.v1.token",
                "give it deploy/nats/permissions.conf as it is now (block AUTH)",
            ),
            (
                "stranger",
                "publish",
                "adit.auth.v1.token",
                "no user of deploy/nats/permissions.conf",
            ),
        ] {
            let denial = Denial {
                service: service.to_owned(),
                what,
                subject: subject.to_owned(),
            };
            let text = denial.to_string();
            assert!(
                text.contains(expected) && text.contains(subject) && text.contains(service),
                "{text}"
            );
        }
    }
}
