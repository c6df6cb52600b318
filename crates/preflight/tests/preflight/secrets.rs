//! Whatever comes back, deciding never panics and nothing that is a secret is shown.

use azdo::{CredentialError, Error, Explanation, OrganizationName};
use preflight::{
    Answer, CredentialKind, Domain, Evidence, Licence, Proof, Question, decide, decide_organization,
};
use proptest::prelude::*;

/// As long as tokens of each kind are: two forms of PAT, a pair in Basic, and a JSON Web Token.
const TOKEN: &str = "[a-z2-7]{51}2|[A-Za-z0-9]{83}9|Basic [A-Za-z0-9+/]{70}9=|Bearer [A-Za-z0-9]{20}|eyJ[A-Za-z0-9_-]{30,80}\\.[A-Za-z0-9_-]{20,80}";

fn text(token: String) -> impl Strategy<Value = String> {
    (any::<String>(), any::<String>(), any::<bool>()).prop_map(move |(before, after, has)| {
        if has {
            format!("{before} {token} {after}")
        } else {
            format!("{before} conditional access '{after}' TF400813: The user '")
        }
    })
}

fn explanation(token: String) -> impl Strategy<Value = Box<Explanation>> {
    let codes = [
        "TF400813", "VS403463", "VS30063", "TF200016", "VS403527", "TF401019",
    ];
    (
        prop::option::of(100_u16..600),
        prop::option::of(prop::sample::select(codes.to_vec())),
        prop::option::of(text(token.clone())),
        text(token.clone()),
        prop::option::of(text(token.clone())),
        prop::option::of(prop::sample::select(vec![
            "",
            "x",
            "00000000-0000-0000-0000-000000000000",
        ])),
        prop::option::of(text(token)),
    )
        .prop_map(
            |(status, code, type_key, message, service_error, tenant, challenge)| {
                Box::new(Explanation {
                    endpoint: "_apis/x",
                    status,
                    code: code.map(str::to_owned),
                    type_key,
                    message,
                    service_error,
                    tenant: tenant.map(str::to_owned),
                    challenge,
                    ..Explanation::default()
                })
            },
        )
}

fn error(token: String) -> impl Strategy<Value = Error> {
    let kinds: Vec<fn(Box<Explanation>) -> Error> = vec![
        Error::Unauthorized,
        Error::Forbidden,
        Error::NotFound,
        Error::Gone,
        Error::Throttled,
        Error::Unavailable,
        Error::OrganizationInactive,
        Error::BadRequest,
        Error::Unreadable,
        Error::TooLarge,
        Error::Endless,
        |said| Error::Credential(CredentialError::Refused(said.message)),
        |said| Error::Credential(CredentialError::Unavailable(said.message)),
    ];
    (prop::sample::select(kinds), explanation(token)).prop_map(|(kind, said)| kind(said))
}

fn question() -> impl Strategy<Value = Question> {
    let mut questions = vec![Question::Profile, Question::Connection, Question::Projects];
    questions.extend(Domain::ALL.iter().map(|domain| Question::Domain(*domain)));
    prop::sample::select(questions)
}

proptest! {
    #[test]
    fn deciding_never_panics_and_shows_no_secret(
        (token, error) in TOKEN.prop_flat_map(|token| (Just(token.clone()), error(token))),
        shown in 0_usize..3,
        how in 0_u8..8,
        question in question(),
        credential in prop::sample::select(vec![
            CredentialKind::User,
            CredentialKind::PersonalAccessToken,
            CredentialKind::ServicePrincipal,
            CredentialKind::ManagedIdentity,
        ]),
        proof in prop::sample::select(vec![Proof::Accepted, Proof::Refused, Proof::NotTried]),
        licence in prop::sample::select(vec![Licence::Unknown, Licence::Stakeholder, Licence::Enough]),
        right in any::<Option<bool>>(),
        is_public in any::<bool>(),
        has_organization in any::<bool>(),
    ) {
        let organization: OrganizationName = "fabrikam".parse().expect("a name");
        let answer = match how {
            0 => Answer::Shown(shown),
            1 => Answer::NotListed { others: shown },
            2 => Answer::ShownElsewhere(shown),
            3 => Answer::Anonymous,
            4 => Answer::RefusedElsewhere(&error),
            5 => Answer::Silence,
            6 => Answer::NotAsked,
            _ => Answer::Refused(&error),
        };
        let asked = format!("GET /fabrikam/{token}");
        let evidence = Evidence {
            organization: has_organization.then_some(&organization),
            project: None,
            credential,
            tenant: None,
            proof,
            question,
            asked: &asked,
            answer,
            right,
            licence,
            is_public,
        };
        let finding = decide(&evidence);
        decide_organization(&evidence);
        let all = format!("{finding:?}");
        let secret = token.rsplit(' ').next().unwrap_or_default();
        prop_assert!(!all.contains(secret), "{all}");
        prop_assert!(finding.answered.chars().count() <= 300);
        prop_assert!(!finding.answered.chars().any(char::is_control));
        let is_ours = ["https://dev.azure.com/fabrikam", "https://learn.microsoft.com/", "https://status.dev.azure.com", "https://aex.dev.azure.com/"];
        prop_assert!(is_ours.iter().any(|start| finding.link.starts_with(start)), "{}", finding.link);
    }
}
