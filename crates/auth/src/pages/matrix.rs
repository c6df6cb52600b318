//! Organization, project, domain: what can be read, and what stands in the way.

use std::collections::BTreeMap;

use preflight::{Domain, Finding, OrganizationCheck, State};
use uuid::Uuid;

use super::view::{Badge, sentence};
use crate::view::{Check, Connection};

/// Beyond so many, places are counted and not named.
const NAMED: usize = 5;
const WHOLE: &str = "The whole organization";

/// The matrix of a connection or a draft.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matrix {
    pub(crate) summary: String,
    pub(crate) domains: [&'static str; 4],
    pub(crate) organizations: Vec<OrganizationRows>,
}

/// What can be read of one organization.
#[derive(Clone, Debug)]
pub(crate) struct OrganizationRows {
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) projects: Vec<ProjectRow>,
    pub(crate) findings: Vec<Told>,
}

/// One project: a cell a domain.
#[derive(Clone, Debug)]
pub(crate) struct ProjectRow {
    pub(crate) name: String,
    pub(crate) cells: Vec<Badge>,
}

/// What stands in the way in one or more places, told once.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) state: Badge,
    pub(crate) places: String,
    pub(crate) asked: String,
    pub(crate) answered: String,
    pub(crate) remedy: String,
    pub(crate) link: String,
}

/// A cell, wherever it came from.
struct Place<'a> {
    project: &'a str,
    project_id: Uuid,
    domain: &'a str,
    state: &'a str,
    asked: &'a str,
    answered: &'a str,
    remedy: &'a str,
    link: &'a str,
}

impl Matrix {
    /// Of what was just asked for a draft.
    pub(crate) fn asked(checks: &[OrganizationCheck]) -> Self {
        let organizations = checks
            .iter()
            .map(|check| {
                let places: Vec<Place<'_>> = check
                    .projects
                    .iter()
                    .flat_map(|project| {
                        project.domains.iter().map(|(domain, finding)| {
                            place(&project.name, project.id, domain.as_str(), finding)
                        })
                    })
                    .collect();
                let state = Badge::of_organization(check.state.as_str());
                let mut rows = rows(&check.organization.name, state, &places);
                if check.finding.state != State::Readable {
                    rows.findings.insert(0, of_organization(&check.finding));
                }
                rows
            })
            .collect();
        Self::of(organizations)
    }

    /// Of what a connection was last found to read.
    pub(crate) fn kept(connection: &Connection, checks: &[Check]) -> Self {
        let organizations = connection
            .organizations
            .iter()
            .map(|organization| {
                let places: Vec<Place<'_>> = checks
                    .iter()
                    .filter(|check| Some(check.organization_id) == organization.id)
                    .map(|check| Place {
                        project: &check.project,
                        project_id: check.project_id,
                        domain: &check.domain,
                        state: &check.state,
                        asked: &check.asked,
                        answered: &check.answered,
                        remedy: &check.remedy,
                        link: &check.link,
                    })
                    .collect();
                let state = Badge::of_organization(&organization.state);
                let mut rows = rows(&organization.name, state.clone(), &places);
                if organization.state != "active" {
                    rows.findings.insert(
                        0,
                        Told {
                            state,
                            places: WHOLE.to_owned(),
                            asked: "GET /_apis/connectionData".to_owned(),
                            answered: sentence(&organization.explanation),
                            remedy: sentence(&organization.remedy),
                            link: organization.link.clone(),
                        },
                    );
                }
                rows
            })
            .collect();
        Self::of(organizations)
    }

    fn of(organizations: Vec<OrganizationRows>) -> Self {
        let cells = || {
            organizations
                .iter()
                .flat_map(|organization| &organization.projects)
                .flat_map(|project| &project.cells)
        };
        let all = cells().count();
        let readable = cells().filter(|cell| cell.tone == "good").count();
        let projects: usize = organizations
            .iter()
            .map(|organization| organization.projects.len())
            .sum();
        let summary = if all == 0 {
            "No project is open to this identity.".to_owned()
        } else if readable == all {
            format!("Everything can be read: {}.", counted(projects, "project"))
        } else {
            format!(
                "{readable} of {all} domains can be read, in {}.",
                counted(projects, "project")
            )
        };
        Self {
            summary,
            domains: [Domain::Boards, Domain::Git, Domain::Pipelines, Domain::Tfvc]
                .map(Domain::label),
            organizations,
        }
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn place<'a>(
    project: &'a str,
    project_id: Uuid,
    domain: &'a str,
    finding: &'a Finding,
) -> Place<'a> {
    Place {
        project,
        project_id,
        domain,
        state: finding.state.as_str(),
        asked: &finding.asked,
        answered: &finding.answered,
        remedy: &finding.remedy,
        link: &finding.link,
    }
}

fn of_organization(finding: &Finding) -> Told {
    Told {
        state: cell(finding.state.as_str()),
        places: WHOLE.to_owned(),
        asked: finding.asked.clone(),
        answered: sentence(&finding.answered),
        remedy: sentence(&finding.remedy),
        link: finding.link.clone(),
    }
}

fn cell(state: &str) -> Badge {
    let Some(known) = State::parse(state) else {
        return Badge::new("warn", state);
    };
    let tone = match known {
        State::Readable => "good",
        // Nobody need do anything about it.
        State::SwitchedOff => "calm",
        State::Unknown => "warn",
        _ => "bad",
    };
    Badge::new(tone, known.label())
}

fn rows(name: &str, state: Badge, places: &[Place<'_>]) -> OrganizationRows {
    let mut projects = BTreeMap::<(String, Uuid), Vec<&Place<'_>>>::new();
    for place in places {
        projects
            .entry((place.project.to_lowercase(), place.project_id))
            .or_default()
            .push(place);
    }
    let projects = projects
        .into_values()
        .map(|places| ProjectRow {
            name: places.first().map_or("", |place| place.project).to_owned(),
            cells: Domain::ALL
                .iter()
                .map(|domain| {
                    let found = places.iter().find(|place| place.domain == domain.as_str());
                    cell(found.map_or(State::Unknown.as_str(), |place| place.state))
                })
                .collect(),
        })
        .collect();
    OrganizationRows {
        name: name.to_owned(),
        state,
        projects,
        findings: findings(places),
    }
}

/// Each reason once, with the places where it holds.
fn findings(places: &[Place<'_>]) -> Vec<Told> {
    let mut reasons: Vec<(&Place<'_>, Vec<String>)> = Vec::new();
    for place in places {
        if place.state == State::Readable.as_str() {
            continue;
        }
        let domain = match Domain::parse(place.domain) {
            Some(domain) => domain.label(),
            None => place.domain,
        };
        let told = format!("{}: {domain}", place.project);
        let known = reasons
            .iter_mut()
            .find(|(known, _)| known.state == place.state && known.remedy == place.remedy);
        match known {
            Some((_, named)) => named.push(told),
            None => reasons.push((place, vec![told])),
        }
    }
    reasons
        .into_iter()
        .map(|(place, mut named)| {
            let beyond = named.len().saturating_sub(NAMED);
            named.truncate(NAMED);
            if beyond > 0 {
                named.push(format!("and {beyond} more"));
            }
            Told {
                state: cell(place.state),
                places: named.join("; "),
                asked: place.asked.to_owned(),
                answered: sentence(place.answered),
                remedy: sentence(place.remedy),
                link: place.link.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use preflight::{OrganizationReference, OrganizationState, ProjectCheck};

    use super::*;

    fn finding(state: State) -> Finding {
        Finding {
            state,
            asked: "POST /_apis/security/permissionevaluationbatch".to_owned(),
            answered: "no".to_owned(),
            remedy: "ask for Reader".to_owned(),
            link: String::new(),
        }
    }

    fn project(number: u128, name: &str, git: State) -> ProjectCheck {
        ProjectCheck {
            id: Uuid::from_u128(number),
            name: name.to_owned(),
            domains: [
                (Domain::Boards, finding(State::Readable)),
                (Domain::Git, finding(git)),
                (Domain::Pipelines, finding(State::Readable)),
                (Domain::Tfvc, finding(State::SwitchedOff)),
            ],
        }
    }

    fn check(projects: Vec<ProjectCheck>) -> OrganizationCheck {
        OrganizationCheck {
            organization: OrganizationReference {
                id: None,
                name: "fabrikam".to_owned(),
            },
            state: OrganizationState::Active,
            finding: finding(State::Readable),
            projects,
            requests: 4,
        }
    }

    #[test]
    fn each_reason_is_told_once_with_its_places() {
        let projects = (0..7)
            .map(|number| project(number, &format!("p{number}"), State::NoPermission))
            .collect();
        let matrix = Matrix::asked(&[check(projects)]);
        assert_eq!(
            matrix.summary,
            "14 of 28 domains can be read, in 7 projects."
        );
        let organization = &matrix.organizations[0];
        let labels: Vec<_> = organization.projects[0]
            .cells
            .iter()
            .map(|cell| cell.label.as_str())
            .collect();
        assert_eq!(
            labels,
            [
                "readable",
                "no permission",
                "readable",
                "domain switched off"
            ]
        );
        let told: Vec<_> = organization
            .findings
            .iter()
            .map(|told| told.places.as_str())
            .collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("p0: Repos (Git); p1") && told[0].ends_with("and 2 more"));
        assert_eq!(organization.findings[0].remedy, "Ask for Reader.");
    }

    #[test]
    fn nothing_and_everything_are_told_in_words() {
        assert_eq!(
            Matrix::asked(&[check(Vec::new())]).summary,
            "No project is open to this identity."
        );
        let mut all = project(1, "one", State::Readable);
        all.domains[3].1 = finding(State::Readable);
        assert_eq!(
            Matrix::asked(&[check(vec![all])]).summary,
            "Everything can be read: 1 project."
        );
    }
}
