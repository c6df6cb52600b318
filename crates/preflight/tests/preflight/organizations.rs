//! Discovering organizations, and naming them.

use preflight::{CredentialKind, Options, OrganizationState, State, discover, resolve};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::{Request, ResponseTemplate};

use crate::service::{Service, client_of, json_of, list, options, service, typed};

fn account(number: u128, name: &str) -> Value {
    json!({ "accountId": Uuid::from_u128(number), "accountName": name, "accountUri": format!("https://vssps.dev.azure.com:443/{name}/") })
}

/// A user of five organizations, of which one answers; `bare`: the list comes without its envelope.
async fn five(bare: bool) -> Service {
    let accounts = [
        account(1, "Fabrikam"),
        account(2, "asleep"),
        account(3, "Guarded"),
        account(4, "elsewhere"),
        account(5, "evil.com/x?y="),
    ];
    service(1, move |request: &Request| {
        let path = request.url.path();
        if path.ends_with("profiles/me") {
            return Some(json_of(&json!({ "id": Uuid::from_u128(3) })));
        }
        if path.ends_with("/_apis/accounts") {
            return Some(if bare {
                json_of(&json!(accounts))
            } else {
                list(&accounts)
            });
        }
        if path.contains("/asleep/") {
            return Some(typed(503, "VssServiceException", "TF24668: The following team project collection is stopped"));
        }
        if path.contains("/Guarded/") {
            return Some(ResponseTemplate::new(401));
        }
        if path.contains("/gone/") {
            return Some(ResponseTemplate::new(404));
        }
        if path.contains("/elsewhere/") {
            let refusal = "TF400813: The user 'fb80544b-3a07-6095-8fcc-5e895f9d39c4' is not authorized to access this resource.";
            return Some(typed(401, "UnauthorizedRequestException", refusal));
        }
        None
    })
    .await
}

#[tokio::test]
async fn a_users_organizations_are_listed_with_their_states() {
    for bare in [true, false] {
        let service = five(bare).await;
        let url = service.server.uri();
        let found = discover(&service.user(), |name| client_of(&url, name), &options())
            .await
            .expect("a list");
        let states: Vec<_> = found
            .iter()
            .map(|reached| (reached.organization.name.as_str(), reached.state))
            .collect();
        assert_eq!(
            states,
            [
                ("asleep", OrganizationState::Inactive),
                ("elsewhere", OrganizationState::NotAMember),
                ("evil.com/x?y=", OrganizationState::Unreachable),
                ("Fabrikam", OrganizationState::Active),
                // The profile took the token, so the token is good.
                ("Guarded", OrganizationState::PolicyOff),
            ]
        );
        assert!(
            found
                .iter()
                .all(|reached| reached.organization.id.is_some())
        );
        // Profile, accounts, and one each but for the name that could lead elsewhere.
        let asked = service.asked().await;
        assert_eq!(asked.len(), 2 + 4, "{asked:#?}");
        assert!(
            !asked.iter().any(|path| path.contains("evil")),
            "{asked:#?}"
        );
    }
}

#[tokio::test]
async fn a_list_that_may_not_be_had_says_what_to_do_instead() {
    let service = service(1, |_: &Request| Some(ResponseTemplate::new(401))).await;
    let url = service.server.uri();
    for (credential, state, remedy) in [
        (CredentialKind::User, State::TokenExpired, "sign in again"),
        (
            CredentialKind::PersonalAccessToken,
            State::NoPermission,
            "names of the organizations",
        ),
    ] {
        let finding = discover(
            &service.user(),
            |name| client_of(&url, name),
            &Options::new(credential),
        )
        .await
        .expect_err("a refusal");
        assert_eq!(finding.state, state);
        assert!(finding.remedy.contains(remedy), "{finding:#?}");
    }
}

#[tokio::test]
async fn names_are_matched_in_any_case_and_each_form_and_errors_name_the_organization_and_the_reason()
 {
    let service = five(false).await;
    let url = service.server.uri();
    let user = service.user();
    let client = |name| client_of(&url, name);
    let known = discover(&user, client, &options()).await.expect("a list");
    let before = service.asked().await.len();
    let given = [
        "FABRIKAM",
        "https://dev.azure.com/fabrikam/Project",
        "https://fabrikam.visualstudio.com",
        "ASLEEP",
        "gone",
        "GONE",
        "evil.com/x",
    ]
    .map(str::to_owned);
    let resolved = resolve(&given, &known, client, Some(&user), &options()).await;
    let shown: Vec<_> = resolved
        .iter()
        .map(|one| match one {
            Ok(reached) => (reached.organization.name.clone(), reached.state),
            Err(unreached) => (unreached.given.clone(), unreached.state),
        })
        .collect();
    let expected = [
        ("Fabrikam", OrganizationState::Active),
        ("ASLEEP", OrganizationState::Inactive),
        ("gone", OrganizationState::NotFound),
        ("evil.com/x", OrganizationState::NotFound),
    ]
    .map(|(name, state)| (name.to_owned(), state));
    assert_eq!(shown, expected);
    // Only the one that was not discovered is asked.
    assert_eq!(service.asked().await.len(), before + 1);
    let sentence = resolved[1]
        .as_ref()
        .expect_err("it is inactive")
        .to_string();
    assert!(
        sentence.starts_with("ASLEEP: 503 VssServiceException: TF24668"),
        "{sentence}"
    );
    assert!(sentence.contains("reactivates"), "{sentence}");
}
