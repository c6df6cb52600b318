//! What a connection can read: organization, project and domain, and below each reason once with its remedy.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::show::told;
use crate::answers::{Check, Checked, Organization, Problem};
use crate::table::escaped;
use crate::{Column, Table};

const DOMAINS: [&str; 4] = ["boards", "git", "pipelines", "tfvc"];
/// Places that are named with a reason; the table has them all.
const MOST_PLACES: usize = 4;

/// The whole of it.
pub(super) fn text(checked: &Checked) -> String {
    let connection = &checked.connection;
    let mut text = organizations(&connection.organizations).to_string();
    if !checked.checks.is_empty() {
        let _ = write!(text, "\n{}", table(&checked.checks));
    }
    if let Some(problem) = &connection.problem {
        let _ = write!(text, "\n{}: {}", escaped(&connection.name), told(problem));
    }
    for organization in connection.organizations.iter().filter(is_amiss) {
        let problem = Problem {
            explanation: format!("{}: {}", organization.label, organization.explanation),
            remedy: organization.remedy.clone(),
            link: organization.link.clone(),
        };
        let _ = write!(
            text,
            "\n{}: {}",
            escaped(&organization.name),
            told(&problem)
        );
    }
    for reason in reasons(&checked.checks) {
        let _ = write!(text, "\n{reason}");
    }
    text
}

/// How many organizations, and domains of projects, cannot be read. One that a project does not have is nothing to be read.
pub(super) fn amiss(checked: &Checked) -> usize {
    let organizations = checked.connection.organizations.iter().filter(is_amiss);
    let cells = checked
        .checks
        .iter()
        .filter(|check| !matches!(check.state.as_str(), "readable" | "switched_off"));
    organizations.count() + cells.count()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what `filter` gives")]
fn is_amiss(organization: &&Organization) -> bool {
    organization.state != "active"
}

fn organizations(organizations: &[Organization]) -> Table {
    let mut table = Table::new(["ORGANIZATION", "STATE", "ID"].map(Column::left));
    for organization in organizations {
        table.row([
            &organization.name,
            &organization.label,
            organization.id.as_deref().unwrap_or_default(),
        ]);
    }
    table
}

/// A project a row, in the order in which they come.
fn table(checks: &[Check]) -> Table {
    let mut rows: Vec<(&str, &str, [&str; 4])> = Vec::new();
    for check in checks {
        let known = rows.iter().rposition(|(organization, project, _)| {
            (*organization, *project) == (check.organization.as_str(), check.project.as_str())
        });
        let row = known.unwrap_or_else(|| {
            rows.push((&check.organization, &check.project, [""; 4]));
            rows.len() - 1
        });
        if let Some(place) = DOMAINS.iter().position(|domain| *domain == check.domain) {
            rows[row].2[place] = &check.label;
        }
    }
    let heads = [
        "ORGANIZATION",
        "PROJECT",
        "BOARDS",
        "GIT",
        "PIPELINES",
        "TFVC",
    ];
    let mut table = Table::new(heads.map(Column::left));
    for (organization, project, [boards, git, pipelines, tfvc]) in rows {
        table.row([organization, project, boards, git, pipelines, tfvc]);
    }
    table
}

/// Why something cannot be read, each once with the places where it is so, and the page of the first.
fn reasons(checks: &[Check]) -> Vec<String> {
    let mut found: Vec<(&Check, Vec<String>)> = Vec::new();
    let mut known: HashMap<[&str; 3], usize> = HashMap::new();
    for check in checks.iter().filter(|check| check.state != "readable") {
        let same = [&check.state, &check.answered, &check.remedy];
        let reason = *known.entry(same.map(String::as_str)).or_insert(found.len());
        if reason == found.len() {
            found.push((check, Vec::new()));
        }
        let place = format!("{}/{} {}", check.organization, check.project, check.domain);
        found[reason].1.push(place);
    }
    found
        .into_iter()
        .map(|(check, places)| {
            let problem = Problem {
                explanation: if check.answered.is_empty() {
                    check.label.clone()
                } else {
                    format!("{}: {}", check.label, check.answered)
                },
                remedy: check.remedy.clone(),
                link: check.link.clone(),
            };
            format!("{}  where: {}\n", told(&problem), named(&places))
        })
        .collect()
}

fn named(places: &[String]) -> String {
    let shown = escaped(&places[..places.len().min(MOST_PLACES)].join(", "));
    match places.len().saturating_sub(MOST_PLACES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::connection;
    use super::*;

    fn check(project: &str, domain: &str, state: &str) -> Check {
        let is_readable = state == "readable";
        let unless = |text: &str| if is_readable { "" } else { text }.to_owned();
        Check {
            organization: "fabrikam".to_owned(),
            project: project.to_owned(),
            domain: domain.to_owned(),
            state: state.to_owned(),
            label: state.replace('_', " "),
            answered: unless("TF401027"),
            remedy: unless("add the identity to Readers"),
            link: unless("https://example.com"),
        }
    }

    fn checked(checks: Vec<Check>) -> Checked {
        let mut connection = connection();
        connection.organizations.truncate(1);
        Checked { connection, checks }
    }

    #[test]
    fn a_project_is_a_row_and_a_domain_a_column() {
        let shown = table(&[
            check("Tailspin", "tfvc", "switched_off"),
            check("Tailspin", "boards", "readable"),
            check("Web", "git", "no_permission"),
        ]);
        let expected = "ORGANIZATION  PROJECT   BOARDS    GIT            PIPELINES  TFVC\n\
                        fabrikam      Tailspin  readable                            switched off\n\
                        fabrikam      Web                 no permission\n";
        assert_eq!(shown.to_string(), expected);
    }

    #[test]
    fn each_reason_is_told_once_with_its_remedy_and_places() {
        let projects: Vec<_> = (0..6)
            .map(|number| check(&format!("P{number}"), "git", "no_permission"))
            .chain([check("P0", "boards", "readable")])
            .collect();
        assert_eq!(
            reasons(&projects),
            [
                "no permission: TF401027\n  to do: add the identity to Readers\n  see: https://example.com\n  \
              where: fabrikam/P0 git, fabrikam/P1 git, fabrikam/P2 git, fabrikam/P3 git and 2 more\n"
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_not_amiss() {
        let cells = ["readable", "switched_off", "no_permission", "unknown"];
        let cells = cells.map(|state| check("Web", "git", state)).to_vec();
        assert_eq!(amiss(&checked(cells)), 2);
        let mut inactive = checked(Vec::new());
        assert_eq!(amiss(&inactive), 0);
        inactive.connection = connection();
        assert_eq!(amiss(&inactive), 1);
    }

    #[test]
    fn nothing_that_strangers_have_named_draws() {
        let mut cell = check("\u{1b}[2J", "git", "no_permission");
        cell.answered = "line\nforged \u{202e}".to_owned();
        cell.remedy = "\u{9b}1m".to_owned();
        cell.link = "\u{7}".to_owned();
        let shown = text(&checked(vec![cell]));
        let is_drawn = |letter: char| letter != '\n' && letter.is_control() || letter == '\u{202e}';
        assert!(!shown.contains(is_drawn), "{shown:?}");
        assert!(!shown.contains("\nforged"), "{shown}");
    }

    #[test]
    fn an_organization_that_is_not_active_says_what_to_do() {
        let mut checked = checked(Vec::new());
        checked.connection = connection();
        checked.connection.organizations[1].remedy = "switch the policy on".to_owned();
        let shown = text(&checked);
        assert!(shown.contains("\ncontoso: OAuth policy off"), "{shown}");
        assert!(shown.contains("  to do: switch the policy on"), "{shown}");
    }
}
