//! Every way in which an organization, a project or a token can refuse: state, wording, remedy.

use azdo::{CredentialError, Error, Explanation, OrganizationName};
use preflight::{
    Answer, CredentialKind, Domain, Evidence, Licence, OrganizationState as O, Proof, Question,
    State, decide, decide_organization,
};
use uuid::Uuid;

use crate::service::project;

pub(crate) const TENANT: Uuid = Uuid::from_u128(0x72f9_88bf_86f1_41af_91ab_2d7c_d011_db47);

use CredentialKind::{ManagedIdentity, PersonalAccessToken, ServicePrincipal, User};
use Proof::{Accepted, NotTried, Refused};
use Question::{Connection, Profile, Projects};

const BOARDS: Question = Question::Domain(Domain::Boards);
const GIT: Question = Question::Domain(Domain::Git);
const PIPELINES: Question = Question::Domain(Domain::Pipelines);
const TFVC: Question = Question::Domain(Domain::Tfvc);

fn name() -> OrganizationName {
    "fabrikam".parse().expect("a name")
}

/// What is known before anything is answered.
pub(crate) fn evidence<'a>(
    organization: &'a OrganizationName,
    credential: CredentialKind,
    proof: Proof,
    question: Question,
    answer: Answer<'a>,
) -> Evidence<'a> {
    Evidence {
        organization: (question != Profile).then_some(organization),
        project: matches!(question, Question::Domain(_)).then(|| project(1)),
        credential,
        tenant: (credential != PersonalAccessToken).then_some(TENANT),
        proof,
        question,
        asked: "GET /fabrikam/_apis/x",
        answer,
        right: None,
        licence: Licence::Unknown,
        is_public: false,
    }
}

fn said(status: u16, code: &str, type_key: &str, message: &str) -> Box<Explanation> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Box::new(Explanation {
        endpoint: "_apis/x",
        status: Some(status),
        code: text(code),
        type_key: text(type_key),
        message: message.to_owned(),
        ..Explanation::default()
    })
}

/// A 401 that says nothing but how to sign in.
fn bare(challenge: &str) -> Error {
    Error::Unauthorized(Box::new(Explanation {
        challenge: Some(challenge.to_owned()),
        ..*said(401, "", "", "")
    }))
}

fn with_tenant(mut explanation: Box<Explanation>, tenant: &str) -> Error {
    explanation.tenant = Some(tenant.to_owned());
    Error::Unauthorized(explanation)
}

struct Row {
    name: &'static str,
    credential: CredentialKind,
    proof: Proof,
    question: Question,
    error: Error,
    right: Option<bool>,
    state: State,
    organization: O,
    /// What the remedy must name.
    remedy: &'static str,
    /// What the link must end with.
    link: &'static str,
}

const NOBODY: &str = "TF400813: The user '' is not authorized to access this resource.";
const SOMEBODY: &str = "TF400813: The user 'fb80544b-3a07-6095-8fcc-5e895f9d39c4' is not authorized to access this resource.";
const TOKENS: &str = "/fabrikam/_usersSettings/tokens";
const USERS: &str = "/fabrikam/_settings/users";
const POLICIES: &str = "/fabrikam/_settings/organizationPolicy";
const PERMISSIONS: &str = "/00000000-0000-0000-0000-000000000065/_settings/permissions";
const STATUS: &str = "https://status.dev.azure.com";
const ENTRA: &str = "/conditional-access-policies";

#[rustfmt::skip] // A row is a line.
fn rows() -> Vec<Row> {
    let row = |name, credential, proof, question, error, state, organization, remedy, link| Row {
        name,
        credential,
        proof,
        question,
        error,
        right: None,
        state,
        organization,
        remedy,
        link,
    };
    let basic = || bare("Basic realm=\"https://tfsprodneu1.visualstudio.com/\"");
    let nobody = || {
        Error::Unauthorized(said(
            401,
            "TF400813",
            "UnauthorizedRequestException",
            NOBODY,
        ))
    };
    let somebody = || said(401, "TF400813", "UnauthorizedRequestException", SOMEBODY);
    let sign_in =
        |status| Error::Unauthorized(said(status, "", "", "Azure DevOps Services | Sign In"));
    let service_error = |title: &str, header: &str| {
        Error::Unauthorized(Box::new(Explanation {
            service_error: Some(header.to_owned()),
            ..*said(401, "", "", title)
        }))
    };
    let conditional = "VS403463: The conditional access policy defined by your Azure Active Directory administrator has failed.";
    vec![
        // The token.
        row("an expired PAT", PersonalAccessToken, NotTried, Connection, basic(), State::TokenExpired, O::TokenExpired, "Create a personal access token", TOKENS),
        row("an expired bearer token", User, Refused, Connection, nobody(), State::TokenExpired, O::TokenExpired, "sign in again", "/fabrikam"),
        row("an expired token that is answered without a word", User, Refused, Connection, basic(), State::TokenExpired, O::TokenExpired, "Re-authenticate", "/fabrikam"),
        row("an expired token of a service principal", ServicePrincipal, Refused, Connection, nobody(), State::TokenExpired, O::TokenExpired, "secret or certificate", "/fabrikam"),
        row("a redirect to the sign-in page", PersonalAccessToken, NotTried, Connection, sign_in(302), State::TokenExpired, O::TokenExpired, "expired", TOKENS),
        row("a sign-in page as 203", User, Refused, Connection, sign_in(203), State::TokenExpired, O::TokenExpired, "expired", "/fabrikam"),
        row("a sign-in page as 200", User, Refused, Projects, sign_in(200), State::TokenExpired, O::TokenExpired, "expired", "/fabrikam"),
        row("a grant that Entra calls dead", User, NotTried, Connection, Error::Credential(CredentialError::Refused("AADSTS700082: expired".to_owned())), State::TokenExpired, O::TokenExpired, "sign in again", "/fabrikam"),
        row("a grant that cannot be had at the moment", User, NotTried, Connection, Error::Credential(CredentialError::Unavailable("AADSTS90033".to_owned())), State::Unknown, O::Unreachable, "some minutes", "/fabrikam"),
        row("a profile that refuses a user", User, NotTried, Profile, basic(), State::TokenExpired, O::TokenExpired, "sign in again", "aex.dev.azure.com/me"),
        row("a profile that refuses a PAT", PersonalAccessToken, NotTried, Profile, basic(), State::NoPermission, O::Active, "names of the organizations", "aex.dev.azure.com/me"),
        row("a profile that a service principal does not have", ServicePrincipal, Accepted, Profile, basic(), State::NoPermission, O::Active, "names of the organizations", "aex.dev.azure.com/me"),
        // The same bare 401, once more.
        row("a bare 401 that nothing was tried against", User, NotTried, Connection, basic(), State::Unknown, O::Unreachable, "four possible reasons", POLICIES),
        row("a bare 401 to a token that the profile takes", User, Accepted, Connection, basic(), State::OAuthPolicyOff, O::PolicyOff, "Third-party application access via OAuth", POLICIES),
        row("a 401 to nobody for a token that the profile takes", User, Accepted, Connection, nobody(), State::OAuthPolicyOff, O::PolicyOff, "Third-party application access via OAuth", POLICIES),
        row("a policy that lets the connection test pass", User, Accepted, Projects, basic(), State::OAuthPolicyOff, O::PolicyOff, "Third-party application access via OAuth", POLICIES),
        row("a bare 401 to a fresh token of a service principal", ServicePrincipal, Accepted, Connection, basic(), State::NoPermission, O::NotAMember, "Add it like a user", USERS),
        row("a PAT of another organization", PersonalAccessToken, Accepted, Connection, basic(), State::NoPermission, O::NotAMember, "made for another organization", TOKENS),
        row("a PAT that may not list projects", PersonalAccessToken, Accepted, Projects, basic(), State::NoPermission, O::Active, "vso.project", TOKENS),
        // Policies.
        row("a global PAT", PersonalAccessToken, NotTried, Connection, service_error("The organization's security policy prohibits access", "The organization's security policy prohibits access by global Personal Access Token (PAT) unless you are on an allowlist."), State::NoPermission, O::PolicyOff, "2026-12-01", TOKENS),
        row("a PAT where none are allowed", PersonalAccessToken, NotTried, Connection, service_error("Access denied", "Personal access tokens are disabled: personal access token policy"), State::NoPermission, O::PolicyOff, "service principal", POLICIES),
        row("an endpoint that takes no PAT", PersonalAccessToken, Accepted, Projects, Error::BadRequest(said(400, "", "InvalidAccessException", "The requested operation is not allowed.")), State::NoPermission, O::PolicyOff, "personal access token", POLICIES),
        row("conditional access", User, NotTried, Connection, Error::Forbidden(said(403, "VS403463", "VssServiceException", conditional)), State::ConditionalAccess, O::ConditionalAccess, "sign-in logs", ENTRA),
        row("conditional access as a page", PersonalAccessToken, NotTried, Projects, Error::Forbidden(said(403, "", "", "VS403463: conditional access")), State::ConditionalAccess, O::ConditionalAccess, "conditional access", ENTRA),
        row("an address that is not admitted", User, NotTried, Connection, Error::Forbidden(said(403, "VS403463", "", "VS403463: The conditional access policy has failed: the IP address 203.0.113.7 is not allowed.")), State::AddressBlocked, O::AddressBlocked, "named location", ENTRA),
        row("an address that is not admitted, in other words", PersonalAccessToken, NotTried, Connection, Error::Unauthorized(said(401, "", "", "Access from this IP range is prohibited by the organization.")), State::AddressBlocked, O::AddressBlocked, "address", ENTRA),
        // Membership.
        row("a user who is no member", User, NotTried, Connection, Error::Unauthorized(somebody()), State::NoPermission, O::NotAMember, "Organization settings > Users", USERS),
        row("a managed identity that is no member", ManagedIdentity, NotTried, Connection, Error::Unauthorized(somebody()), State::NoPermission, O::NotAMember, "managed identity does not belong", USERS),
        row("VS30063", User, Accepted, Connection, Error::Forbidden(said(403, "VS30063", "", "VS30063: You are not authorized to access https://dev.azure.com")), State::NoPermission, O::NotAMember, "Organization settings > Users", USERS),
        row("VS30063 as 401", User, NotTried, Connection, Error::Unauthorized(said(401, "VS30063", "", "VS30063: You are not authorized to access https://dev.azure.com")), State::NoPermission, O::NotAMember, "Organization settings > Users", USERS),
        row("another tenant", User, NotTried, Connection, with_tenant(somebody(), "00000000-0000-0000-0000-000000000009"), State::NoPermission, O::NotAMember, "another tenant", "/_settings/organizationAad"),
        row("the same tenant", User, NotTried, Connection, with_tenant(somebody(), "72f988bf-86f1-41af-91ab-2d7cd011db47"), State::NoPermission, O::NotAMember, "Organization settings > Users", USERS),
        row("Microsoft accounts", User, Accepted, Connection, with_tenant(said(401, "", "", ""), "00000000-0000-0000-0000-000000000000"), State::NoPermission, O::MicrosoftAccount, "personal access token", TOKENS),
        // The organization.
        row("an organization that was deactivated", User, NotTried, Connection, Error::OrganizationInactive(said(503, "TF24668", "VssServiceException", "TF24668: stopped")), State::OrganizationInactive, O::Inactive, "signing in", "/fabrikam"),
        row("an organization that there is not", User, Accepted, Connection, Error::NotFound(said(404, "", "", "Azure DevOps Services | 404")), State::Unknown, O::NotFound, "no organization called fabrikam", "aex.dev.azure.com/me"),
        row("throttling", User, NotTried, Connection, Error::Throttled(said(429, "TF400733", "RequestBlockedException", "TF400733: The request has been canceled")), State::Unknown, O::Unreachable, "some minutes", "/rate-limits"),
        row("a failing service", User, NotTried, Connection, Error::Unavailable(said(500, "", "", "")), State::Unknown, O::Unreachable, "status page", STATUS),
        row("no answer", User, NotTried, Connection, Error::Unavailable(Box::default()), State::Unknown, O::Unreachable, "firewall", STATUS),
        row("nonsense", User, NotTried, Connection, Error::Unreadable(said(200, "", "", "no list in the answer")), State::Unknown, O::Unreachable, "Check again", "/fabrikam"),
        row("projects that may not be listed", User, Accepted, Projects, Error::Forbidden(said(403, "", "", "Access denied")), State::NoPermission, O::Active, "Readers", "/_settings/projects"),
        // One project or domain.
        row("a project that was deleted just now", User, Accepted, BOARDS, basic(), State::NoPermission, O::Active, "deleted a short while ago", PERMISSIONS),
        row("TF200016", User, Accepted, PIPELINES, Error::NotFound(said(404, "TF200016", "ProjectDoesNotExistWithNameException", "TF200016: The following project does not exist")), State::NoPermission, O::Active, "deleted", PERMISSIONS),
        row("TF401027", User, Accepted, GIT, Error::Forbidden(said(403, "TF401027", "GitNeedsPermissionException", "TF401027: You need the Git 'GenericRead' permission to perform this action.")), State::NoPermission, O::Active, "\"Read\"", PERMISSIONS),
        row("TF401019", User, Accepted, GIT, Error::NotFound(said(404, "TF401019", "GitRepositoryNotFoundException", "TF401019: The Git repository with name or identifier WebApp does not exist or you do not have permissions")), State::NoPermission, O::Active, "\"Read\"", PERMISSIONS),
        row("VS403403", User, Accepted, BOARDS, Error::Forbidden(said(403, "VS403403", "", "VS403403: Access Denied")), State::NoPermission, O::Active, "View project-level information", PERMISSIONS),
        row("a path that nobody serves", User, Accepted, GIT, Error::NotFound(said(404, "", "", "The controller for path '/x' was not found or does not implement IController.")), State::SwitchedOff, O::Active, "Repos is switched off", "/_settings/"),
        row("a service that is disabled", User, Accepted, PIPELINES, Error::Forbidden(said(403, "", "", "The service is disabled for this project.")), State::SwitchedOff, O::Active, "Pipelines is switched off", "/_settings/"),
        row("a project without TFVC", User, Accepted, TFVC, Error::NotFound(said(404, "", "", "")), State::SwitchedOff, O::Active, "uses Git alone", PERMISSIONS),
        row("a licence, in words", User, Accepted, PIPELINES, Error::Forbidden(said(403, "", "AccessDeniedException", "Access denied. x has Stakeholder access, and needs at least Basic access")), State::LicenceTooLow, O::Active, "access level Basic", USERS),
        row("a licence, by code", User, Accepted, BOARDS, Error::Forbidden(said(403, "VS403527", "", "")), State::LicenceTooLow, O::Active, "access level Basic", USERS),
        Row { right: Some(true), ..row("a PAT without the scope", PersonalAccessToken, Accepted, GIT, basic(), State::NoPermission, O::Active, "vso.code", TOKENS) },
        Row { right: Some(true), ..row("a PAT without the scope, as 403", PersonalAccessToken, Accepted, PIPELINES, Error::Forbidden(said(403, "", "", "")), State::NoPermission, O::Active, "vso.build", TOKENS) },
        Row { right: Some(false), ..row("a right that is missing by both", User, Accepted, GIT, Error::Forbidden(said(403, "", "", "")), State::NoPermission, O::Active, "\"Read\"", PERMISSIONS) },
        Row { right: Some(true), ..row("a service that is switched off by both", User, Accepted, GIT, Error::NotFound(said(404, "", "", "")), State::SwitchedOff, O::Active, "Repos is switched off", "/_settings/") },
        Row { right: Some(true), ..row("a 403 with the right and a licence that is not known", User, Accepted, PIPELINES, Error::Forbidden(said(403, "", "", "")), State::Unknown, O::Active, "access level", USERS) },
        row("conditional access at a domain", User, Accepted, BOARDS, Error::Forbidden(said(403, "VS403463", "", conditional)), State::ConditionalAccess, O::ConditionalAccess, "sign-in logs", ENTRA),
        row("throttling at a domain", User, Accepted, BOARDS, Error::Throttled(said(429, "TF400733", "", "")), State::Unknown, O::Unreachable, "some minutes", "/rate-limits"),
        row("an answer too large for a look", User, Accepted, GIT, Error::TooLarge(said(200, "", "", "more than 64 MB")), State::Unknown, O::Active, "Check again", "/fabrikam"),
        row("a question that was wrong", User, Accepted, BOARDS, Error::BadRequest(said(400, "VS402337", "", "VS402337: The number of work items returned exceeds the size limit")), State::Unknown, O::Active, "Check again", "/fabrikam"),
    ]
}

#[test]
fn each_way_to_refuse_has_its_state_its_words_and_its_remedy() {
    let organization = name();
    for row in rows() {
        let answer = Answer::Refused(&row.error);
        let evidence = Evidence {
            right: row.right,
            ..evidence(
                &organization,
                row.credential,
                row.proof,
                row.question,
                answer,
            )
        };
        let finding = decide(&evidence);
        let name = row.name;
        assert_eq!(finding.state, row.state, "{name}: {finding:#?}");
        assert_eq!(decide_organization(&evidence), row.organization, "{name}");
        assert!(finding.remedy.contains(row.remedy), "{name}: {finding:#?}");
        assert!(finding.link.ends_with(row.link), "{name}: {finding:#?}");
        assert!(finding.link.starts_with("https://"), "{name}: {finding:#?}");
        assert!(!finding.answered.is_empty(), "{name}");
        if let Some(status) = row.error.explanation().and_then(|said| said.status) {
            assert!(
                finding.answered.contains(&status.to_string()),
                "{name}: {finding:#?}"
            );
        }
    }
}

#[test]
#[rustfmt::skip] // A row is a line.
fn what_answers_is_read_in_the_light_of_rights_and_licences() {
    use Licence::{Enough, Stakeholder, Unknown};
    let organization = name();
    let all = Answer::NotListed { others: 0 };
    let this = Answer::NotListed { others: 7 };
    let elsewhere = Answer::ShownElsewhere(1);
    for (question, answer, right, licence, is_public, state, remedy) in [
        (GIT, Answer::Shown(3), Some(true), Enough, false, State::Readable, ""),
        // Data that was shown wins over everything.
        (GIT, Answer::Shown(3), Some(false), Stakeholder, false, State::Readable, ""),
        (GIT, this, Some(true), Enough, false, State::Readable, "switched off"),
        (GIT, this, Some(false), Enough, false, State::NoPermission, "\"Read\""),
        (GIT, this, Some(true), Stakeholder, false, State::LicenceTooLow, "Basic"),
        (GIT, this, Some(true), Stakeholder, true, State::Readable, ""),
        (GIT, all, Some(true), Unknown, false, State::Unknown, "Stakeholder"),
        (GIT, all, Some(true), Enough, false, State::Readable, ""),
        (TFVC, this, Some(true), Enough, false, State::SwitchedOff, "Git alone"),
        (TFVC, this, None, Enough, false, State::SwitchedOff, "Read on its root folder"),
        (TFVC, this, Some(false), Enough, false, State::NoPermission, "\"Read\""),
        (TFVC, all, Some(true), Stakeholder, false, State::LicenceTooLow, "Basic"),
        (BOARDS, elsewhere, Some(true), Stakeholder, false, State::Readable, ""),
        (BOARDS, elsewhere, Some(false), Enough, false, State::NoPermission, "View"),
        (BOARDS, elsewhere, None, Enough, false, State::Unknown, "Check again"),
        (PIPELINES, elsewhere, Some(true), Enough, false, State::Readable, ""),
        (PIPELINES, Answer::ShownElsewhere(0), Some(true), Stakeholder, false, State::LicenceTooLow, "Basic"),
        (PIPELINES, Answer::Shown(0), Some(true), Enough, false, State::Readable, "nothing in Pipelines"),
        (PIPELINES, Answer::NotAsked, Some(true), Enough, false, State::Readable, ""),
        (PIPELINES, Answer::NotAsked, None, Enough, false, State::Unknown, "Check again"),
        (PIPELINES, Answer::Silence, Some(true), Enough, false, State::Unknown, "firewall"),
    ] {
        let evidence = Evidence {
            right,
            licence,
            is_public,
            ..evidence(&organization, User, Accepted, question, answer)
        };
        let finding = decide(&evidence);
        assert_eq!(finding.state, state, "{evidence:?}: {finding:#?}");
        assert!(
            finding.remedy.contains(remedy),
            "{evidence:?}: {finding:#?}"
        );
    }
}

#[test]
fn a_refusal_of_one_project_is_not_one_of_another() {
    let organization = name();
    let off = Error::NotFound(said(404, "", "", ""));
    for (answer, state) in [
        (Answer::Refused(&off), State::SwitchedOff),
        (Answer::RefusedElsewhere(&off), State::Unknown),
    ] {
        let evidence = Evidence {
            right: Some(true),
            ..evidence(&organization, User, Accepted, PIPELINES, answer)
        };
        assert_eq!(decide(&evidence).state, state);
    }
}

#[test]
fn a_welcome_to_nobody_is_a_credential_that_was_overlooked() {
    let organization = name();
    let evidence = evidence(&organization, User, NotTried, Connection, Answer::Anonymous);
    let finding = decide(&evidence);
    assert_eq!(finding.state, State::TokenExpired);
    assert_eq!(decide_organization(&evidence), O::TokenExpired);
    assert!(finding.remedy.contains("public projects"), "{finding:#?}");
}
