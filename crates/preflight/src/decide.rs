//! From evidence to a finding.

use azdo::{CredentialError, Error};

use crate::cause::Cause;
use crate::evidence::{Answer, Evidence, Question};
use crate::finding::Finding;
use crate::link::link;
use crate::recognize::recognize;
use crate::remedy::remedy;
use crate::state::OrganizationState;
use crate::text::shown;

/// Decides. A function of the evidence and of nothing else.
pub fn decide(evidence: &Evidence<'_>) -> Finding {
    let cause = recognize(evidence);
    Finding {
        state: cause.state(),
        asked: shown(evidence.asked),
        answered: shown(&answered(evidence)),
        remedy: remedy(cause, evidence),
        link: link(cause, evidence),
    }
}

/// What the same evidence says of the way to the organization.
pub fn decide_organization(evidence: &Evidence<'_>) -> OrganizationState {
    let cause = recognize(evidence);
    let without = match evidence.question {
        Question::Connection if cause != Cause::Readable => OrganizationState::Unreachable,
        _ => OrganizationState::Active,
    };
    cause.organization_state().unwrap_or(without)
}

/// What came back, in the service's words where it used any.
fn answered(evidence: &Evidence<'_>) -> String {
    let right = match evidence.right {
        Some(true) => "the right to read is there; ",
        Some(false) => "the right to read is not there; ",
        None => "",
    };
    let what = match evidence.answer {
        Answer::Shown(0) => "an empty list".to_owned(),
        Answer::Shown(number) => of(evidence.question, number),
        Answer::NotListed { others: 0 } => "an empty list for all projects".to_owned(),
        Answer::NotListed { .. } => "a list of all projects, with nothing of this one".to_owned(),
        Answer::ShownElsewhere(_) => "another project of the organization answers".to_owned(),
        Answer::Anonymous => "200, but to nobody: the credential was overlooked".to_owned(),
        Answer::Refused(error) => refusal(error),
        Answer::RefusedElsewhere(error) => format!("asked for others: {}", refusal(error)),
        Answer::Silence => "no answer in the time allowed".to_owned(),
        Answer::NotAsked if evidence.right.is_some() => return right.replace("; ", ""),
        Answer::NotAsked => "nothing: it was not asked".to_owned(),
    };
    format!("{right}{what}")
}

fn of(question: Question, number: usize) -> String {
    match question {
        Question::Connection | Question::Profile => "200: the credential is accepted".to_owned(),
        Question::Projects if number == 1 => "200: 1 project".to_owned(),
        Question::Projects => format!("200: {number} projects"),
        Question::Domain(_) => "200: it answers".to_owned(),
    }
}

fn refusal(error: &Error) -> String {
    let explanation = match error {
        Error::Credential(CredentialError::Refused(reason)) => {
            return format!("the credential was refused at its source: {reason}");
        }
        Error::Credential(CredentialError::Unavailable(reason)) => {
            return format!("no authorization could be had: {reason}");
        }
        Error::Git(_) => return "git failed".to_owned(),
        other => match other.explanation() {
            Some(explanation) => explanation,
            None => return "no answer".to_owned(),
        },
    };
    let mut said = match explanation.status {
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    if let Some(type_key) = &explanation.type_key {
        said = format!("{said} {type_key}");
    }
    // What the header adds is the better part: a title is cut short.
    let words = explanation
        .service_error
        .as_deref()
        .unwrap_or(&explanation.message);
    if !words.is_empty() {
        return format!("{said}: {words}");
    }
    match explanation
        .challenge
        .as_deref()
        .and_then(|text| text.split(' ').next())
    {
        Some(scheme) => format!(
            "{said} without a word, asking for {}",
            scheme.trim_end_matches(',')
        ),
        None => format!("{said} without a word"),
    }
}
