//! Finds out whether Azure DevOps takes a token at all.

use azdo::OrganizationName;
use preflight::{OrganizationState, Reached};
use store::connections::{Connection, Organization};

use crate::azure::{Asking, organization, refused};
use crate::refusal::{Refusal, RefusalKind};

/// One organization that takes the token is enough; so many are asked.
const MOST: usize = 5;

/// What came of a probe.
#[derive(Debug)]
pub(crate) enum Probed {
    /// It is good, and this is how the organizations that were asked stand.
    Alive(Vec<Organization>),
    /// It is not good anywhere.
    Dead(Refusal),
    /// Nobody answered.
    Unknown(Refusal),
}

/// Tries the token on organizations that are known to have worked first.
pub(crate) async fn probe(asking: &Asking, connection: &Connection) -> Probed {
    let mut organizations: Vec<&Organization> = connection.organizations.iter().collect();
    organizations.sort_by_key(|known| known.state != OrganizationState::Active.as_str());
    let mut reached = Vec::new();
    for known in organizations.into_iter().take(MOST) {
        let Ok(_) = known.name.parse::<OrganizationName>() else {
            continue;
        };
        reached.extend(asking.reach(&known.name).await);
    }
    judge(&reached)
}

/// A refusal of a policy or for want of a membership is one of a credential that was understood.
fn judge(reached: &[Reached]) -> Probed {
    let is_good = |state: OrganizationState| {
        !matches!(
            state,
            OrganizationState::TokenExpired
                | OrganizationState::Unreachable
                | OrganizationState::NotFound
        )
    };
    if reached.iter().any(|one| is_good(one.state)) {
        return Probed::Alive(reached.iter().filter_map(organization).collect());
    }
    let dead = reached
        .iter()
        .find(|one| one.state == OrganizationState::TokenExpired);
    match (dead, reached.first()) {
        (Some(one), _) => {
            let refusal = refused("Azure DevOps does not take the credential", &one.finding);
            Probed::Dead(Refusal {
                kind: RefusalKind::Refused,
                ..refusal
            })
        }
        (None, Some(one)) => Probed::Unknown(Refusal {
            kind: RefusalKind::Later,
            ..refused("Azure DevOps could not be asked", &one.finding)
        }),
        (None, None) => Probed::Unknown(Refusal::later(
            "the connection has no organization that could be asked",
            "edit the connection, and name one",
        )),
    }
}

#[cfg(test)]
mod tests {
    use preflight::{Finding, OrganizationReference, State};
    use uuid::Uuid;

    use super::*;

    fn check(states: &[OrganizationState], expected: &str) {
        let reached: Vec<Reached> = states
            .iter()
            .map(|state| Reached {
                organization: OrganizationReference {
                    id: Some(Uuid::nil()),
                    name: "acme".to_owned(),
                },
                state: *state,
                finding: Finding {
                    state: State::Unknown,
                    asked: String::new(),
                    answered: "401".to_owned(),
                    remedy: String::new(),
                    link: String::new(),
                },
            })
            .collect();
        let found = match judge(&reached) {
            Probed::Alive(_) => "alive",
            Probed::Dead(_) => "dead",
            Probed::Unknown(_) => "unknown",
        };
        assert_eq!(found, expected, "{states:?}");
    }

    #[test]
    fn only_what_is_refused_everywhere_is_dead() {
        use OrganizationState::{Active, NotAMember, PolicyOff, TokenExpired, Unreachable};
        check(&[Active], "alive");
        check(&[TokenExpired, Active], "alive");
        check(&[TokenExpired, NotAMember], "alive");
        check(&[PolicyOff], "alive");
        check(&[TokenExpired], "dead");
        check(&[Unreachable, TokenExpired], "dead");
        check(&[Unreachable, Unreachable], "unknown");
        check(&[], "unknown");
    }
}
