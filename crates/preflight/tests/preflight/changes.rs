//! What changed between two checks.

use preflight::{
    Change, Domain, Finding, OrganizationCheck, OrganizationReference, OrganizationState,
    ProjectCheck, State, compare,
};
use proptest::prelude::*;
use uuid::Uuid;

fn finding(state: State) -> Finding {
    Finding {
        state,
        asked: String::new(),
        answered: "401".to_owned(),
        remedy: "Do something.".to_owned(),
        link: String::new(),
    }
}

fn project(number: u128, states: [State; 4]) -> ProjectCheck {
    let mut domains = Domain::ALL.iter().zip(states);
    let mut next = || {
        let (domain, state) = domains.next().expect("four");
        (*domain, finding(state))
    };
    ProjectCheck {
        id: Uuid::from_u128(number),
        name: format!("Project {number}"),
        domains: [next(), next(), next(), next()],
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
        requests: 8,
    }
}

const ALL: [State; 4] = [State::Readable; 4];
const NONE: [State; 4] = [State::NoPermission; 4];
const UNKNOWN: [State; 4] = [State::Unknown; 4];

/// How many domains became readable, and how many stopped being so.
fn counted(before: &OrganizationCheck, after: &OrganizationCheck) -> (usize, usize) {
    let changes = compare(before, after);
    let became = changes
        .iter()
        .filter(|change| matches!(change, Change::BecameReadable { .. }))
        .count();
    (became, changes.len() - became)
}

#[test]
fn what_becomes_readable_is_to_be_read_and_what_stops_is_kept() {
    for (before, after, expected) in [
        (vec![], vec![project(1, ALL)], (4, 0)),
        (vec![project(1, NONE)], vec![project(1, ALL)], (4, 0)),
        (vec![project(1, ALL)], vec![project(1, NONE)], (0, 4)),
        (vec![project(1, ALL)], vec![project(1, ALL)], (0, 0)),
        (vec![project(1, NONE)], vec![project(1, NONE)], (0, 0)),
        (vec![project(1, ALL)], vec![project(1, UNKNOWN)], (0, 0)),
        (vec![project(1, ALL)], vec![], (0, 4)),
        (vec![project(1, NONE)], vec![], (0, 0)),
        (vec![project(1, ALL)], vec![project(2, ALL)], (4, 4)),
    ] {
        assert_eq!(counted(&check(before), &check(after)), expected);
    }
}

#[test]
fn a_sentence_says_what_why_and_that_the_rows_are_kept() {
    let changes = compare(
        &check(vec![project(1, ALL)]),
        &check(vec![project(1, NONE)]),
    );
    let Change::StoppedBeingReadable { sentence, .. } = &changes[0] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        sentence,
        "Boards of Project 1 cannot be read any more (no permission: 401). Its rows are kept as they were last read. Do something."
    );
}

#[test]
fn an_organization_that_cannot_be_asked_changes_nothing_and_one_that_refuses_stops_all() {
    let before = check(vec![project(1, ALL), project(2, NONE)]);
    for (state, finding_state, stopped) in [
        (OrganizationState::Unreachable, State::Unknown, 0),
        (OrganizationState::Active, State::Unknown, 0),
        (OrganizationState::PolicyOff, State::OAuthPolicyOff, 4),
        (OrganizationState::TokenExpired, State::TokenExpired, 4),
        (OrganizationState::Inactive, State::OrganizationInactive, 4),
    ] {
        let mut after = check(Vec::new());
        after.state = state;
        after.finding = finding(finding_state);
        assert_eq!(counted(&before, &after), (0, stopped), "{state}");
    }
}

#[test]
fn a_passing_failure_between_two_checks_hides_no_change() {
    let first = check(vec![project(1, ALL)]);
    let second = check(vec![project(1, UNKNOWN)]).over(&first);
    let third = check(vec![project(1, NONE)]);
    assert_eq!(counted(&first, &second), (0, 0));
    assert_eq!(counted(&second, &third), (0, 4));

    let mut away = check(Vec::new());
    away.state = OrganizationState::Unreachable;
    away.finding = finding(State::Unknown);
    assert_eq!(counted(&away.over(&first), &third), (0, 4));
}

fn any_state() -> impl Strategy<Value = State> {
    prop::sample::select(State::ALL)
}

fn any_check() -> impl Strategy<Value = OrganizationCheck> {
    prop::collection::btree_map(0_u128..5, prop::array::uniform4(any_state()), 0..5).prop_map(
        |projects| {
            let projects = projects.into_iter();
            check(
                projects
                    .map(|(number, states)| project(number, states))
                    .collect(),
            )
        },
    )
}

proptest! {
    #[test]
    fn nothing_changes_from_a_check_to_itself(one in any_check()) {
        prop_assert!(compare(&one, &one).is_empty());
    }

    #[test]
    fn what_became_readable_stops_being_so_on_the_way_back(one in any_check(), two in any_check()) {
        let certain = |check: &OrganizationCheck| {
            let mut cells = check.projects.iter().flat_map(|project| &project.domains);
            cells.all(|(_, finding)| finding.state != State::Unknown)
        };
        prop_assume!(certain(&one) && certain(&two));
        let (became, stopped) = counted(&one, &two);
        prop_assert_eq!(counted(&two, &one), (stopped, became));
    }
}
