//! What pages show of a connection, in the words of people.

use jiff::Timestamp;
use preflight::OrganizationState;

use crate::refusal::Refusal;
use crate::view::{Connection, Expiry};

/// A state in a word or two; the tone is only its colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    pub(crate) tone: &'static str,
    pub(crate) label: String,
}

impl Badge {
    pub(crate) fn new(tone: &'static str, label: impl Into<String>) -> Self {
        Self {
            tone,
            label: label.into(),
        }
    }

    /// Whether a connection is read.
    pub(crate) fn of_connection(state: &str) -> Self {
        match state {
            "active" => Self::new("good", "active"),
            "paused" => Self::new("calm", "paused"),
            "deleting" => Self::new("calm", "being deleted"),
            _ => Self::new("bad", "needs a sign-in"),
        }
    }

    /// Whether an organization answers.
    pub(crate) fn of_organization(state: &str) -> Self {
        match OrganizationState::parse(state) {
            Some(OrganizationState::Active) => Self::new("good", "active"),
            Some(state) => Self::new("bad", state.label()),
            None => Self::new("warn", state),
        }
    }

    /// How near the end of a credential is: warned of before, not after.
    fn of_expiry(expiry: &Expiry) -> Self {
        let tone = match expiry.warning {
            "far" => "calm",
            "soon" => "warn",
            _ => "bad",
        };
        let label = match expiry.days {
            ..0 => "has ended".to_owned(),
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            days => format!("in {days} days"),
        };
        Self { tone, label }
    }
}

/// Why something is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) title: &'static str,
    pub(crate) explanation: String,
    pub(crate) remedy: String,
    pub(crate) link: String,
}

impl Trouble {
    /// Why something was not done.
    pub(crate) fn refused(title: &'static str, refusal: &Refusal) -> Self {
        Self {
            title,
            explanation: sentence(&refusal.explanation),
            remedy: sentence(&refusal.remedy),
            link: refusal.link.clone(),
        }
    }

    /// What is the matter with a connection, if anything is.
    pub(crate) fn of(connection: &Connection) -> Option<Self> {
        let problem = connection.problem.as_ref()?;
        let title = match connection.state {
            "needs_sign_in" => "This connection needs a new sign-in",
            "deleting" => "This connection is being deleted",
            _ => "This connection needs attention",
        };
        Some(Self {
            title,
            explanation: sentence(&problem.explanation),
            remedy: sentence(&problem.remedy),
            link: problem.link.clone(),
        })
    }
}

/// Errors are written to be joined to others; a page shows them alone.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let rest = letters.as_str();
    let end = if text.trim_end().ends_with(['.', '!', '?', ':']) {
        ""
    } else {
        "."
    };
    format!("{}{rest}{end}", first.to_uppercase())
}

/// A connection as its page and the list show it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: uuid::Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    pub(crate) state: Badge,
    pub(crate) is_paused: bool,
    pub(crate) signs_in_with: String,
    pub(crate) organizations: String,
    pub(crate) expiry: Option<Badge>,
    pub(crate) made: String,
}

impl From<Connection> for Shown {
    fn from(connection: Connection) -> Self {
        let made = moment(connection.created_at);
        Self {
            organizations: organizations(&connection),
            id: connection.id,
            name: connection.name,
            description: connection.description,
            tags: connection.tags,
            state: Badge::of_connection(connection.state),
            is_paused: connection.state == "paused",
            signs_in_with: connection.credential.label,
            expiry: connection.credential.expiry.as_ref().map(Badge::of_expiry),
            made: if connection.created_by.is_empty() {
                made
            } else {
                format!("{made} by {}", connection.created_by)
            },
        }
    }
}

impl Shown {
    /// One of its pages.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("/connections/{}/{page}", self.id)
    }
}

fn organizations(connection: &Connection) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = connection
        .organizations
        .iter()
        .map(|organization| organization.name.as_str())
        .collect();
    let list = match names.len() {
        0 => "none yet".to_owned(),
        all if all <= SHOWN => names.join(", "),
        all => format!("{} and {} more", names[..SHOWN].join(", "), all - SHOWN),
    };
    if connection.all_organizations {
        format!("all: {list}")
    } else {
        list
    }
}

/// A moment, to the minute.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_credential_is_told_before_it_comes() {
        for (days, warning, tone, label) in [
            (-1, "past", "bad", "has ended"),
            (0, "urgent", "bad", "today"),
            (1, "urgent", "bad", "tomorrow"),
            (29, "soon", "warn", "in 29 days"),
            (90, "far", "calm", "in 90 days"),
        ] {
            let expiry = Expiry {
                on: Timestamp::UNIX_EPOCH,
                days,
                warning,
                remedy: String::new(),
            };
            assert_eq!(Badge::of_expiry(&expiry), Badge::new(tone, label));
        }
    }

    #[test]
    fn an_error_stands_alone_as_a_sentence() {
        assert_eq!(sentence("no `x` here"), "No `x` here.");
        assert_eq!(sentence("Done. "), "Done.");
        assert_eq!(sentence("émile is away"), "Émile is away.");
        assert_eq!(sentence(" "), "");
    }

    #[test]
    fn a_state_of_another_version_is_shown_as_it_is() {
        assert_eq!(Badge::of_organization("moved"), Badge::new("warn", "moved"));
        assert_eq!(Badge::of_organization("active").tone, "good");
        assert_eq!(Badge::of_organization("policy_off").tone, "bad");
    }
}
