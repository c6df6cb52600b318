//! What to do about each cause.

use azdo::OrganizationName;

use crate::cause::Cause;
use crate::evidence::{Evidence, Question};
use crate::options::CredentialKind;
use crate::state::Domain;

/// What sentences are made of.
struct Words<'a> {
    evidence: &'a Evidence<'a>,
    organization: &'a str,
    identity: &'static str,
}

/// Sentences for whoever has to act. Empty where nothing is to be done.
pub(crate) fn remedy(cause: Cause, evidence: &Evidence<'_>) -> String {
    let words = Words {
        evidence,
        organization: evidence
            .organization
            .map_or("the organization", OrganizationName::as_str),
        identity: match evidence.credential {
            CredentialKind::User => "the signed-in user",
            CredentialKind::PersonalAccessToken => "the owner of the personal access token",
            CredentialKind::ServicePrincipal => "the service principal",
            CredentialKind::ManagedIdentity => "the managed identity",
        },
    };
    at_the_credential(cause, &words)
        .or_else(|| at_the_organization(cause, &words))
        .or_else(|| in_the_project(cause, &words))
        .or_else(|| by_waiting(cause))
        .unwrap_or_default()
}

/// What another credential, or the same one renewed, would cure.
fn at_the_credential(cause: Cause, words: &Words<'_>) -> Option<String> {
    let Words {
        evidence,
        organization,
        identity,
    } = words;
    Some(match cause {
        Cause::Anonymous => format!(
            "The organization {organization} let us in as nobody, because it has public projects, and did not accept the credential. {}",
            again(evidence)
        ),
        Cause::TokenDead => format!(
            "The credential has expired, was revoked, or is mistyped. {}",
            again(evidence)
        ),
        Cause::CredentialRefused => format!("The credential was refused before Azure DevOps was asked. {}", again(evidence)),
        Cause::CredentialUnavailable => "Microsoft Entra, or whatever else issues the credential, gave none at this time. Check again in some minutes.".to_owned(),
        Cause::OneOfFour => format!(
            "This answer has four possible reasons, and nothing else could be asked to tell them apart: the token has expired, the organization's policy admits no applications, this kind of credential is not allowed, or {identity} is no member. First renew the credential; if that does not help, look at the policies of {organization} and at its users."
        ),
        Cause::GlobalToken => format!(
            "This personal access token is for all organizations, and {organization} admits none of these; on 2026-12-01 they stop working everywhere. Create one for {organization} alone, or use a service principal, and re-authenticate the connection with it."
        ),
        Cause::TokenKind => format!(
            "{organization} does not take this personal access token by its policy. Use a service principal or the sign-in with Microsoft, or have an administrator change the policy on personal access tokens under Organization settings > Policies."
        ),
        Cause::NoProfile => "Only a signed-in user has a list of organizations. Give the names of the organizations that are to be read.".to_owned(),
        Cause::ScopeMissing => format!(
            "The personal access token lacks the scope {}. Edit the token, or create another one with it, and re-authenticate the connection.",
            scope(evidence.question)
        ),
        _ => return None,
    })
}

/// What the organization's administrators have to do.
fn at_the_organization(cause: Cause, words: &Words<'_>) -> Option<String> {
    let Words {
        evidence,
        organization,
        identity,
    } = words;
    Some(match cause {
        Cause::OAuthPolicy => format!(
            "The sign-in is good, but {organization} does not admit it. A Project Collection Administrator can switch on \"Third-party application access via OAuth\" under Organization settings > Policies. If it is on already, consent to the application or a conditional access policy in Microsoft Entra stands in the way; a personal access token of this organization works in either case."
        ),
        Cause::NotAMember => match evidence.credential {
            CredentialKind::User => format!(
                "The credential is good, but {identity} does not belong to {organization}. Have an administrator add the user under Organization settings > Users, with the access level Basic and the group Readers of each project."
            ),
            CredentialKind::PersonalAccessToken => format!(
                "The token is good, but not for {organization}: it was made for another organization, or its owner has left this one. Create a token in {organization}."
            ),
            CredentialKind::ServicePrincipal | CredentialKind::ManagedIdentity => format!(
                "The credential is good, but {identity} does not belong to {organization}. Add it like a user under Organization settings > Users, with the access level Basic and the group Readers of each project. Permissions of the application in Entra play no part."
            ),
        },
        Cause::OtherTenant => format!(
            "{organization} belongs to another tenant of Microsoft Entra than the credential. Sign in to the tenant of the organization; its administrators find it under Organization settings > Microsoft Entra."
        ),
        Cause::MicrosoftAccounts => format!(
            "{organization} belongs to Microsoft accounts and to no tenant of Microsoft Entra, so sign-in with Entra does not reach it. Use a personal access token of this organization, or have its owner connect it to a tenant."
        ),
        Cause::ConditionalAccess => format!(
            "A conditional access policy of the tenant of {organization} was not met. Have an administrator of Microsoft Entra look it up in the sign-in logs, and exempt {identity} or let this machine fulfil it."
        ),
        Cause::AddressBlocked => format!(
            "{organization} does not admit the network address of this machine. Have an administrator of Microsoft Entra add the address to a named location that the conditional access policy trusts."
        ),
        Cause::Inactive => format!(
            "{organization} was deactivated because nobody used it. Its owner reactivates it by signing in; until then nothing is asked."
        ),
        Cause::NoSuchOrganization => format!(
            "There is no organization called {organization}. Compare with the address that the browser shows: https://dev.azure.com/NAME."
        ),
        Cause::NoProjects => format!(
            "{organization} shows no project to {identity}. Add it to the group Readers of each project that is to be read."
        ),
        _ => return None,
    })
}

/// What is done about one project or one access level.
fn in_the_project(cause: Cause, words: &Words<'_>) -> Option<String> {
    let Words {
        evidence, identity, ..
    } = words;
    Some(match cause {
        Cause::Empty => match evidence.question {
            Question::Domain(domain) => format!(
                "Nothing is to be done if there is nothing in {}. If there is, see whether the service is switched off in the project's settings.",
                domain.label()
            ),
            _ => String::new(),
        },
        Cause::NoPermission => match evidence.question {
            Question::Domain(domain) => format!(
                "Give {identity} the permission \"{}\" under Project settings > Permissions, or add it to the group Readers.",
                permission(domain)
            ),
            _ => {
                format!("Add {identity} to the group Readers of the projects that are to be read.")
            }
        },
        Cause::GoneOrHidden => format!(
            "The project was deleted a short while ago, or is hidden from {identity}. If it still exists, add {identity} to its group Readers."
        ),
        Cause::SwitchedOff => match evidence.question {
            Question::Domain(domain) => format!(
                "{} is switched off for this project. A project administrator can switch it on under Project settings > Overview > Azure DevOps services; if that is intended, nothing is to be done.",
                service(domain)
            ),
            _ => String::new(),
        },
        Cause::NoTfvc => format!(
            "Nothing is to be done if this project uses Git alone, as most do. If it uses TFVC, give {identity} the permission Read on its root folder."
        ),
        Cause::Stakeholder => format!(
            "The access level Stakeholder reads no code and no pipelines of private projects, whatever the permissions say. Give {identity} the access level Basic under Organization settings > Users."
        ),
        Cause::LicenceSuspected => format!(
            "The permission is there, but nothing is shown, and the access level could not be read. See under Organization settings > Users whether {identity} has the access level Basic: a Stakeholder sees no code."
        ),
        _ => return None,
    })
}

/// What may pass.
fn by_waiting(cause: Cause) -> Option<String> {
    let sentence = match cause {
        Cause::Throttled => {
            "Azure DevOps holds this identity back, because it asked too much. Check again in some minutes."
        }
        Cause::Failing => {
            "Azure DevOps failed to answer. Check again in some minutes, and look at its status page if that goes on."
        }
        Cause::Silent => {
            "No answer came. Check the way from this machine to Azure DevOps (name resolution, proxy, firewall), and its status page."
        }
        Cause::Unclear => {
            "The answer settles nothing. Check again later; if it stays like this, open the project in a browser as the same identity."
        }
        _ => return None,
    };
    Some(sentence.to_owned())
}

fn again(evidence: &Evidence<'_>) -> &'static str {
    match evidence.credential {
        CredentialKind::User => "Re-authenticate the connection: sign in again.",
        CredentialKind::PersonalAccessToken => {
            "Create a personal access token for this organization, and re-authenticate the connection with it."
        }
        CredentialKind::ServicePrincipal => {
            "Check the tenant, the client id and the secret or certificate of the service principal, and re-authenticate the connection."
        }
        CredentialKind::ManagedIdentity => {
            "Check that the managed identity is still assigned to this machine, and re-authenticate the connection."
        }
    }
}

/// By their names in the settings' pages.
fn permission(domain: Domain) -> &'static str {
    match domain {
        Domain::Boards => {
            "View project-level information, and View work items in this node of the areas"
        }
        Domain::Git | Domain::Tfvc => "Read",
        Domain::Pipelines => "View builds",
    }
}

fn scope(question: Question) -> &'static str {
    match question {
        Question::Domain(Domain::Boards) => "Work Items (Read), vso.work",
        Question::Domain(Domain::Git | Domain::Tfvc) => "Code (Read), vso.code",
        Question::Domain(Domain::Pipelines) => "Build (Read), vso.build",
        Question::Projects | Question::Connection | Question::Profile => {
            "Project and Team (Read), vso.project"
        }
    }
}

fn service(domain: Domain) -> &'static str {
    match domain {
        Domain::Boards => "Boards",
        Domain::Git | Domain::Tfvc => "Repos",
        Domain::Pipelines => "Pipelines",
    }
}
