//! Connections, for people.

use std::fmt::Write as _;

use crate::answers::{Checked, Connection, Expiry, Problem};
use crate::connection::matrix;
use crate::table::escaped;
use crate::{Column, Table};

/// All of them, one a row; below, what is the matter.
pub(super) fn list(connections: &[Connection]) -> String {
    let heads = [
        "NAME",
        "STATE",
        "CREDENTIAL",
        "ENDS IN",
        "ORGANIZATIONS",
        "TAGS",
        "DESCRIPTION",
        "ID",
    ];
    let mut table = Table::new(heads.map(Column::left));
    for connection in connections {
        table.row([
            &connection.name,
            &connection.state,
            &connection.credential.kind,
            &connection
                .credential
                .expiry
                .as_ref()
                .map(ends_in)
                .unwrap_or_default(),
            &organizations(connection),
            &connection.tags.join(", "),
            &connection.description,
            &connection.id,
        ]);
    }
    let mut text = table.to_string();
    for connection in connections {
        if let Some(problem) = &connection.problem {
            let _ = write!(text, "\n{}: {}", escaped(&connection.name), told(problem));
        }
    }
    text
}

/// Everything about one, and what it can read.
pub(super) fn one(checked: &Checked) -> String {
    let connection = &checked.connection;
    let mut properties = Table::new(["CONNECTION", ""].map(Column::left));
    let credential = &connection.credential;
    let moment =
        |at: Option<jiff::Timestamp>| at.map(|time| format!("{time:.0}")).unwrap_or_default();
    for (name, value) in [
        ("name", connection.name.clone()),
        ("id", connection.id.clone()),
        ("state", connection.state.clone()),
        ("description", connection.description.clone()),
        ("tags", connection.tags.join(", ")),
        ("credential", credential.kind.clone()),
        ("", credential.label.clone()),
        (
            "ends in",
            credential.expiry.as_ref().map(ends_on).unwrap_or_default(),
        ),
        ("covers", covers(connection).to_owned()),
        ("made by", connection.created_by.clone()),
        ("made at", moment(Some(connection.created_at))),
        ("checked at", moment(connection.checked_at)),
        ("tried again at", moment(connection.next_try_at)),
    ] {
        if !value.is_empty() {
            properties.row([name, &value]);
        }
    }
    format!("{properties}\n{}", matrix::text(checked))
}

fn covers(connection: &Connection) -> &'static str {
    if connection.all_organizations {
        "all organizations that the credential can list, those too that appear later"
    } else {
        "the organizations below"
    }
}

fn organizations(connection: &Connection) -> String {
    let named: Vec<_> = connection
        .organizations
        .iter()
        .map(|organization| match organization.state.as_str() {
            "active" => organization.name.clone(),
            _ => format!("{} ({})", organization.name, organization.label),
        })
        .collect();
    named.join(", ")
}

/// Days that are left, with a mark that grows.
fn ends_in(expiry: &Expiry) -> String {
    let days = match expiry.days {
        i64::MIN..=-1 => "ended".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    match expiry.warning.as_str() {
        "far" => days,
        "soon" => format!("{days} !"),
        _ => format!("{days} !!"),
    }
}

fn ends_on(expiry: &Expiry) -> String {
    let mut text = format!("{} ({:.0})", ends_in(expiry), expiry.on);
    if expiry.warning != "far" && !expiry.remedy.is_empty() {
        let _ = write!(text, ": {}", expiry.remedy);
    }
    text
}

/// What is the matter and what to do, in lines.
pub(super) fn told(problem: &Problem) -> String {
    let Problem {
        explanation,
        remedy,
        link,
    } = problem;
    let mut text = format!("{}\n", escaped(explanation));
    for (what, value) in [("to do", remedy), ("see", link)] {
        if !value.is_empty() {
            let _ = writeln!(text, "  {what}: {}", escaped(value));
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// One whose organization `contoso` has a problem.
    pub(in crate::connection) fn connection() -> Connection {
        let organization = |id: u128, name: &str, state: &str, label: &str| {
            json!({
                "id": uuid::Uuid::from_u128(id), "name": name, "state": state, "label": label, "explanation": "",
                "remedy": "", "link": ""
            })
        };
        serde_json::from_value(json!({
            "id": uuid::Uuid::from_u128(7), "name": "Work", "description": "all of it", "tags": ["a", "b"],
            "state": "active", "problem": null,
            "credential": {
                "kind": "personal_access_token", "label": "personal access token", "tenant_id": null,
                "expiry": {
                    "on": "2026-11-30T00:00:00Z", "days": 6, "warning": "urgent", "remedy": "make a new token"
                }
            },
            "all_organizations": false,
            "organizations": [
                organization(1, "fabrikam", "active", "active"),
                organization(2, "contoso", "policy_off", "OAuth policy off"),
            ],
            "created_by": "ada", "created_at": "2026-11-23T12:00:00.5Z", "updated_at": "2026-11-23T12:00:00Z",
            "checked_at": null, "next_try_at": null
        }))
        .unwrap()
    }

    #[test]
    fn an_organization_that_is_not_active_is_told_with_its_state() {
        let shown = list(&[connection()]);
        assert!(
            shown.contains("fabrikam, contoso (OAuth policy off)"),
            "{shown}"
        );
    }

    #[test]
    fn the_nearer_the_end_the_more_it_shows() {
        for (days, warning, expected) in [
            (200, "far", "200 days"),
            (20, "soon", "20 days !"),
            (1, "urgent", "1 day !!"),
            (-3, "past", "ended !!"),
        ] {
            let expiry = Expiry {
                days,
                warning: warning.to_owned(),
                ..connection().credential.expiry.unwrap()
            };
            assert_eq!(ends_in(&expiry), expected);
        }
    }

    #[test]
    fn what_is_the_matter_is_told_below_with_the_remedy() {
        let connection = Connection {
            state: "needs_sign_in".to_owned(),
            problem: Some(Problem {
                explanation: "the grant was revoked\u{1b}[2J".to_owned(),
                remedy: "sign in again".to_owned(),
                link: "https://example.com".to_owned(),
            }),
            ..connection()
        };
        let shown = list(&[connection]);
        let expected = "\nWork: the grant was revoked\\u{1b}[2J\n  to do: sign in again\n  see: https://example.com\n";
        assert!(shown.ends_with(expected), "{shown}");
    }

    #[test]
    fn one_is_shown_with_its_end_and_without_what_is_empty() {
        let shown = one(&Checked {
            connection: connection(),
            checks: Vec::new(),
        });
        assert!(
            shown.contains("6 days !! (2026-11-30T00:00:00Z): make a new token"),
            "{shown}"
        );
        assert!(shown.contains("2026-11-23T12:00:00Z"), "{shown}");
        assert!(!shown.contains("tried again"), "{shown}");
    }
}
