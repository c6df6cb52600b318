//! From evidence to its cause: the table of all refusals.

use azdo::{CredentialError, Error, Explanation, Tenant};

use crate::cause::Cause;
use crate::evidence::{Answer, Evidence, Licence, Question, words};
use crate::options::{CredentialKind, Proof};
use crate::state::Domain;

/// Recognizes a cause. Of the evidence, the strongest decides first.
pub(crate) fn recognize(evidence: &Evidence<'_>) -> Cause {
    match (evidence.question, evidence.answer) {
        (_, Answer::Silence) => Cause::Silent,
        (_, Answer::Anonymous) => Cause::Anonymous,
        (Question::Projects, Answer::Shown(0)) => Cause::NoProjects,
        (Question::Domain(domain), _) => in_domain(evidence, domain),
        (_, answer) => match answer.error() {
            Some(error) => everywhere(error).unwrap_or_else(|| by_organization(evidence, error)),
            None => Cause::Readable,
        },
    }
}

/// Whether a refusal would be the same for every project.
pub(crate) fn is_of_no_project(error: &Error) -> bool {
    everywhere(error).is_some()
}

/// Whether a refusal names the licence. `VS403527` is the one of Analytics.
pub(crate) fn is_of_the_licence(error: &Error) -> bool {
    let Some(explanation) = error.explanation() else {
        return false;
    };
    let words = words(explanation);
    let names = ["stakeholder", "access level", "license", "licence"];
    explanation.code.as_deref() == Some("VS403527") || names.iter().any(|name| words.contains(name))
}

/// What means the same wherever it comes from.
fn everywhere(error: &Error) -> Option<Cause> {
    let explanation = match error {
        Error::Credential(CredentialError::Refused(_)) => return Some(Cause::CredentialRefused),
        Error::Credential(CredentialError::Unavailable(_)) => {
            return Some(Cause::CredentialUnavailable);
        }
        Error::OrganizationInactive(_) => return Some(Cause::Inactive),
        Error::Throttled(_) => return Some(Cause::Throttled),
        Error::Unavailable(explanation) if explanation.status.is_none() => {
            return Some(Cause::Silent);
        }
        Error::Unavailable(_) => return Some(Cause::Failing),
        Error::Unauthorized(explanation)
        | Error::Forbidden(explanation)
        | Error::BadRequest(explanation) => explanation,
        _ => return None,
    };
    let words = words(explanation);
    let says = |any: &[&str]| any.iter().any(|part| words.contains(part));
    let forbids = says(&[
        "policy",
        "prohibit",
        "not allowed",
        "disabled",
        "not permitted",
    ]);
    let is_conditional = explanation.code.as_deref() == Some("VS403463")
        || says(&["vs403463", "conditional access"]);
    let is_about_address = says(&[
        "ip address",
        "ip-address",
        "ip range",
        "ip policy",
        "ip fencing",
        "network location",
        "named location",
    ]);
    if is_about_address && (is_conditional || forbids || matches!(error, Error::Forbidden(_))) {
        Some(Cause::AddressBlocked)
    } else if is_conditional {
        Some(Cause::ConditionalAccess)
    } else if says(&["global personal access token"]) {
        Some(Cause::GlobalToken)
    } else if (says(&["personal access token"]) && forbids)
        || explanation.type_key.as_deref() == Some("InvalidAccessException")
    {
        Some(Cause::TokenKind)
    } else if says(&["oauth"]) && forbids {
        Some(Cause::OAuthPolicy)
    } else {
        None
    }
}

/// A refusal by the organization as a whole.
fn by_organization(evidence: &Evidence<'_>, error: &Error) -> Cause {
    match error {
        Error::Unauthorized(_) | Error::Forbidden(_) if evidence.question == Question::Profile => {
            match evidence.credential {
                CredentialKind::User => Cause::TokenDead,
                _ => Cause::NoProfile,
            }
        }
        Error::Unauthorized(explanation) => not_authorized(evidence, explanation),
        // Whoever is forbidden is known: what is missing is the membership.
        Error::Forbidden(_) if evidence.question == Question::Connection => Cause::NotAMember,
        Error::Forbidden(_) => missing_right(evidence),
        Error::NotFound(_) | Error::Gone(_) if evidence.question == Question::Connection => {
            Cause::NoSuchOrganization
        }
        _ => Cause::Unclear,
    }
}

/// The 401 that means four things. What another question has shown tells them apart.
fn not_authorized(evidence: &Evidence<'_>, explanation: &Explanation) -> Cause {
    let tenant = explanation.tenant.as_deref().and_then(Tenant::parse);
    let is_of_entra = evidence.credential != CredentialKind::PersonalAccessToken;
    let is_elsewhere = match (tenant, evidence.tenant) {
        (Some(Tenant::Entra(theirs)), Some(ours)) => is_of_entra && theirs != ours,
        _ => false,
    };
    // With a name in it, the service knows who asks, so the credential is good.
    if names_a_user(&explanation.message) || explanation.code.as_deref() == Some("VS30063") {
        return if is_elsewhere {
            Cause::OtherTenant
        } else {
            Cause::NotAMember
        };
    }
    if evidence.proof == Proof::Refused {
        return Cause::TokenDead;
    }
    if is_of_entra && tenant == Some(Tenant::MicrosoftAccounts) {
        return Cause::MicrosoftAccounts;
    }
    if is_elsewhere {
        return Cause::OtherTenant;
    }
    match (evidence.credential, evidence.proof) {
        (CredentialKind::PersonalAccessToken, _) if evidence.question == Question::Projects => {
            Cause::ScopeMissing
        }
        (CredentialKind::User, Proof::Accepted) => Cause::OAuthPolicy,
        (_, Proof::Accepted) => Cause::NotAMember,
        // A PAT belongs to one organization: there is nowhere else to try it.
        (CredentialKind::PersonalAccessToken, _) => Cause::TokenDead,
        (_, _) => Cause::OneOfFour,
    }
}

/// `TF400813: The user 'fb80544b-…' is not authorized to access this resource.` An expired token has no name in it.
fn names_a_user(message: &str) -> bool {
    let Some((_, after)) = message.split_once("The user '") else {
        return false;
    };
    after
        .split('\'')
        .next()
        .is_some_and(|name| !name.is_empty())
}

fn missing_right(evidence: &Evidence<'_>) -> Cause {
    if evidence.credential == CredentialKind::PersonalAccessToken && evidence.right != Some(false) {
        Cause::ScopeMissing
    } else {
        Cause::NoPermission
    }
}

/// Data first, then what means the same everywhere, then rights, licence, and the answer's own words.
fn in_domain(evidence: &Evidence<'_>, domain: Domain) -> Cause {
    if matches!(evidence.answer, Answer::Shown(1..)) {
        return Cause::Readable;
    }
    if let Some(cause) = evidence.answer.error().and_then(everywhere) {
        return cause;
    }
    match (domain, evidence.answer) {
        (Domain::Tfvc, Answer::NotListed { others: 0 }) if bars(evidence, domain) => {
            return Cause::Stakeholder;
        }
        (Domain::Tfvc, Answer::NotListed { .. }) if evidence.right != Some(false) => {
            return Cause::NoTfvc;
        }
        (Domain::Tfvc, Answer::RefusedElsewhere(Error::NotFound(_))) => return Cause::NoTfvc,
        _ => {}
    }
    if evidence.right == Some(false) {
        return Cause::NoPermission;
    }
    if bars(evidence, domain) {
        return Cause::Stakeholder;
    }
    match evidence.answer {
        Answer::Refused(error) => refused(evidence, domain, error),
        Answer::RefusedElsewhere(error) => match refused(evidence, domain, error) {
            // These are of one project, and say nothing of another.
            Cause::SwitchedOff | Cause::GoneOrHidden => Cause::Unclear,
            Cause::Stakeholder if evidence.is_public => Cause::Unclear,
            cause => cause,
        },
        Answer::NotListed { others: 0 } if evidence.licence == Licence::Unknown => {
            Cause::LicenceSuspected
        }
        Answer::NotListed { .. } | Answer::Shown(_) => Cause::Empty,
        Answer::ShownElsewhere(_) | Answer::NotAsked if evidence.right == Some(true) => {
            Cause::Readable
        }
        _ => Cause::Unclear,
    }
}

/// A Stakeholder reads no code and hardly any pipelines, whatever the rights say.
fn bars(evidence: &Evidence<'_>, domain: Domain) -> bool {
    let showed_something = matches!(evidence.answer, Answer::ShownElsewhere(1..));
    evidence.licence == Licence::Stakeholder
        && !evidence.is_public
        && domain != Domain::Boards
        && !showed_something
}

/// A refusal while the right is there, or not known.
fn refused(evidence: &Evidence<'_>, domain: Domain, error: &Error) -> Cause {
    let Some(explanation) = error.explanation() else {
        return Cause::Unclear;
    };
    let words = words(explanation);
    let says = |any: &[&str]| any.iter().any(|part| words.contains(part));
    let code = explanation.code.as_deref();
    let type_key = explanation.type_key.as_deref().unwrap_or_default();
    if is_of_the_licence(error) {
        return Cause::Stakeholder;
    }
    let has_gone = code == Some("TF200016") || type_key.starts_with("ProjectDoesNotExist");
    match error {
        Error::Unauthorized(_)
            if evidence.credential == CredentialKind::PersonalAccessToken
                && evidence.right == Some(true) =>
        {
            Cause::ScopeMissing
        }
        Error::Unauthorized(_) => Cause::GoneOrHidden,
        Error::NotFound(_) | Error::Gone(_) if has_gone => Cause::GoneOrHidden,
        Error::NotFound(_) | Error::Gone(_) if domain == Domain::Tfvc => Cause::NoTfvc,
        Error::Forbidden(_) | Error::NotFound(_) | Error::Gone(_)
            if says(&[
                "is disabled",
                "has been disabled",
                "switched off",
                "turned off",
                "not enabled",
            ]) =>
        {
            Cause::SwitchedOff
        }
        Error::Forbidden(_) if code.is_some() || says(&["permission"]) => missing_right(evidence),
        Error::Forbidden(_) => match (evidence.right, evidence.licence, evidence.credential) {
            (_, _, CredentialKind::PersonalAccessToken) => Cause::ScopeMissing,
            (Some(true), Licence::Enough, _) => Cause::SwitchedOff,
            (Some(true), Licence::Unknown, _) if domain != Domain::Boards => {
                Cause::LicenceSuspected
            }
            (_, _, _) => Cause::NoPermission,
        },
        Error::NotFound(_) | Error::Gone(_) => {
            let may_be_hidden = says(&["permission"]) || code == Some("TF401019");
            if may_be_hidden || (!type_key.is_empty() && evidence.right.is_none()) {
                Cause::NoPermission
            } else {
                Cause::SwitchedOff
            }
        }
        _ => Cause::Unclear,
    }
}
