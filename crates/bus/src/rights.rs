//! Who may say and hear what: the table in `deploy/nats/permissions.conf`, as the server enforces it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use wire::Domain;

/// The table, as the server's configuration includes it.
pub const PERMISSIONS: &str = include_str!("../../../deploy/nats/permissions.conf");

/// The permissions of one who reads the public records of one organization from outside: an example.
pub const SUBSCRIBER: &str = include_str!("../../../deploy/nats/subscriber.conf");

/// Where the table is: for whoever has to change it.
pub(crate) const PLACE: &str = "deploy/nats/permissions.conf";

static TABLE: LazyLock<Rights> = LazyLock::new(|| Rights::read(PERMISSIONS));

/// All users, with what each may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights(Vec<User>);

/// A user, which is the service of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name: `fetch-git`.
    pub name: String,
    /// The name of its block: `FETCH_GIT`.
    pub block: String,
    /// Subjects that it may publish.
    pub publish: Vec<String>,
    /// Subjects that it may subscribe to, with the group behind a space where it must be in one.
    pub subscribe: Vec<String>,
}

impl Rights {
    /// The table that this program was built with.
    pub fn table() -> &'static Self {
        &TABLE
    }

    /// Reads a table: blocks with lists of quoted subjects, a subject a line.
    pub fn read(text: &str) -> Self {
        let mut users: Vec<User> = Vec::new();
        let mut subscribes = false;
        for line in text.lines().map(str::trim) {
            if let Some(subject) = quoted(line) {
                if let Some(user) = users.last_mut() {
                    let list = if subscribes {
                        &mut user.subscribe
                    } else {
                        &mut user.publish
                    };
                    list.push(subject.to_owned());
                }
            } else if line.starts_with("publish:") {
                subscribes = false;
            } else if line.starts_with("subscribe:") {
                subscribes = true;
            } else if let Some(block) = line.strip_suffix(": {") {
                users.push(User {
                    name: block.to_lowercase().replace('_', "-"),
                    block: block.to_owned(),
                    publish: Vec::new(),
                    subscribe: Vec::new(),
                });
            }
        }
        Self(users)
    }

    /// All users.
    pub fn users(&self) -> &[User] {
        &self.0
    }

    /// The user of that name.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.0.iter().find(|user| user.name == name)
    }

    /// Who may publish a subject: for a request, who may ask it.
    pub fn publishers(&self, subject: &str) -> impl Iterator<Item = &User> {
        self.0.iter().filter(move |user| user.may_publish(subject))
    }

    /// The asker of a request, by where it wants the answer: on its own inbox, which nobody else hears, if it may ask at all.
    pub(crate) fn asker(&self, subject: &str, reply: &str) -> Option<Asker> {
        self.publishers(subject)
            .find(|user| {
                let rest = reply.strip_prefix(&crate::connection::inbox_prefix(&user.name));
                rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
            })
            .map(|user| Asker(user.name.clone()))
    }
}

impl User {
    /// Whether the server takes a message on this subject from it.
    pub fn may_publish(&self, subject: &str) -> bool {
        self.publish.iter().any(|allowed| covers(allowed, subject))
    }

    /// Whether the server lets it hear this subject, which may hold wildcards, alone or in a group.
    pub fn may_subscribe(&self, subject: &str, group: Option<&str>) -> bool {
        self.subscribe
            .iter()
            .any(|allowed| match allowed.split_once(' ') {
                None => covers(allowed, subject),
                Some((allowed, needed)) => covers(allowed, subject) && group == Some(needed),
            })
    }
}

/// Who asks: proven by the inbox that hears the answer, which belongs to one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker(String);

impl Asker {
    /// The service: `fetch-git`.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The domain that it fetches, if it is a fetcher.
    pub fn domain(&self) -> Option<Domain> {
        self.0.strip_prefix("fetch-")?.parse().ok()
    }
}

/// Accounts for a server of one's own: the users of a table, [`PERMISSIONS`] or more, each with a password. For what `nats-server` is told beside
/// where it listens and stores; a server for others has nkeys (`deploy/nats/nats-server.conf`).
///
/// Each user of the table must have one, or the server finds a block that nobody uses. A login of a name that the table
/// lacks may do anything: a test's own.
pub fn accounts(permissions: &str, logins: &[(String, String)]) -> String {
    let rights = Rights::read(permissions);
    let mut text =
        format!("{permissions}\naccounts {{\n  ADIT {{\n    jetstream: enabled\n    users: [\n");
    for (name, password) in logins {
        let permissions = match rights.user(name) {
            Some(user) => format!(", permissions: ${}", user.block),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "      {{ user: {name:?}, password: {password:?}{permissions} }}"
        );
    }
    text.push_str("    ]\n  }\n}\n");
    text
}

/// The text between the quotes of a line that is one subject.
fn quoted(line: &str) -> Option<&str> {
    line.strip_prefix('"')?.strip_suffix('"')
}

/// Whether all that a subject stands for is within an allowed one.
fn covers(allowed: &str, subject: &str) -> bool {
    let mut subject = subject.split('.');
    for token in allowed.split('.') {
        match (token, subject.next()) {
            (">", Some(_)) => return true,
            (_, None) | ("*", Some(">")) => return false,
            ("*", Some(_)) => {}
            (token, Some(other)) if token == other => {}
            _ => return false,
        }
    }
    subject.next().is_none()
}

#[cfg(test)]
mod tests {
    use wire::subject::{self, Priority};

    use super::*;
    use crate::topology;

    fn names<'a>(users: impl Iterator<Item = &'a User>) -> Vec<&'a str> {
        users.map(|user| user.name.as_str()).collect()
    }

    #[test]
    fn a_subject_covers_what_the_server_says_it_does() {
        for (allowed, subject, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.>", false),
            ("a.>", "a.*.c", true),
            ("a.>", "a", false),
            ("a.b", "a.*", false),
            (">", "_INBOX.>", true),
        ] {
            assert_eq!(covers(allowed, subject), expected, "{allowed} {subject}");
        }
    }

    #[test]
    fn only_fetchers_ask_for_tokens_and_only_auth_hears_them() {
        let rights = Rights::table();
        assert_eq!(
            names(rights.publishers(subject::TOKEN)),
            ["fetch-boards", "fetch-git", "fetch-pipelines", "fetch-tfvc"]
        );
        let hearers = rights
            .users()
            .iter()
            .filter(|user| user.may_subscribe(subject::TOKEN, Some("auth")));
        assert_eq!(names(hearers), ["auth"]);
        for user in rights.users() {
            assert!(!user.may_subscribe("_INBOX.>", None), "{}", user.name);
            assert!(!user.may_subscribe(">", None), "{}", user.name);
        }
        assert!(
            !PERMISSIONS
                .lines()
                .any(|line| line.trim().starts_with("allow_responses"))
        );
    }

    #[test]
    fn each_user_hears_its_own_inbox_and_nobody_elses() {
        for user in Rights::table().users() {
            for other in Rights::table().users() {
                let inbox = format!("_INBOX_{}.x.y", other.name);
                assert_eq!(
                    user.may_subscribe(&inbox, None),
                    user.name == other.name,
                    "{} {inbox}",
                    user.name
                );
            }
        }
    }

    /// Streams and consumers are made by auth alone: a stream may keep any subject, answers with tokens included.
    #[test]
    fn only_auth_makes_streams_and_it_may_make_all_of_them() {
        let rights = Rights::table();
        for stream in topology::streams(&crate::Streams::default()) {
            for verb in ["CREATE", "UPDATE"] {
                let subject = format!("$JS.API.STREAM.{verb}.{}", stream.name);
                assert_eq!(names(rights.publishers(&subject)), ["auth"], "{subject}");
            }
            for verb in [
                "DELETE",
                "PURGE",
                "MSG.DELETE",
                "MSG.GET",
                "RESTORE",
                "SNAPSHOT",
            ] {
                let subject = format!("$JS.API.STREAM.{verb}.{}", stream.name);
                assert_eq!(rights.publishers(&subject).count(), 0, "{subject}");
            }
        }
        for (stream, consumer) in topology::consumers() {
            let name = consumer.durable_name.unwrap();
            let filter = consumer.filter_subject;
            let subject = format!("$JS.API.CONSUMER.CREATE.{stream}.{name}.{filter}");
            assert_eq!(names(rights.publishers(&subject)), ["auth"], "{subject}");
        }
    }

    #[test]
    fn a_fetcher_reaches_its_own_domain_only() {
        for domain in Domain::ALL {
            let user = Rights::table().user(&format!("fetch-{domain}")).unwrap();
            for other in Domain::ALL {
                let same = domain == other;
                assert_eq!(
                    user.may_publish(&format!("adit.pages.v1.{other}.x.y.z")),
                    same
                );
                for priority in Priority::ALL {
                    let consumer = topology::fetcher(other, priority);
                    let next = format!("$JS.API.CONSUMER.MSG.NEXT.ADIT-JOBS.{consumer}");
                    assert_eq!(user.may_publish(&next), same, "{next}");
                    let job = subject::job(other, priority, uuid::Uuid::nil());
                    assert!(!user.may_publish(&job), "{job}");
                }
            }
        }
    }

    #[test]
    fn an_asker_is_known_by_its_inbox_and_must_be_allowed_to_ask() {
        let asker = |subject, reply| Rights::table().asker(subject, reply);
        let git = asker(subject::TOKEN, "_INBOX_fetch-git.abc.1").unwrap();
        assert_eq!((git.name(), git.domain()), ("fetch-git", Some(Domain::Git)));
        for reply in [
            "_INBOX_fetch-git",
            "_INBOX_fetch-git.",
            "_INBOX_fetch-gitx.abc",
            "_INBOX_adit.abc",
            "_INBOX_writer.abc",
            "_INBOX.abc",
            "adit.pages.v1.git.refs.x.y",
        ] {
            assert_eq!(asker(subject::TOKEN, reply), None, "{reply}");
        }
        let person = asker(subject::SYNC_START, "_INBOX_adit.abc").unwrap();
        assert_eq!(person.domain(), None);
    }
}
