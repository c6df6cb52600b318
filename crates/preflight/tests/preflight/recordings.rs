//! Recorded refusals of the real service, through the real client, to the state that was meant.
//!
//! The recordings are not ours to publish, so they stay in a folder that `ADIT_EXAMPLES_DIR` names.

use std::collections::BTreeMap;
use std::path::Path;

use azdo::OrganizationName;
use preflight::{
    Answer, CredentialKind, Domain, OrganizationState as O, Proof, Question, State, decide,
    decide_organization,
};
use serde_json::Value;
use wiremock::{Request, ResponseTemplate};

use crate::service::service;
use crate::table::evidence;

use CredentialKind::{PersonalAccessToken, User};
use Proof::{Accepted, NotTried, Refused};
use Question::{Connection, Projects};

type Meant = (CredentialKind, Proof, Question, State, O);

/// What each recording means, by its file's name.
#[rustfmt::skip] // A recording is a line.
fn meant() -> BTreeMap<&'static str, Vec<Meant>> {
    let boards = Question::Domain(Domain::Boards);
    let git = Question::Domain(Domain::Git);
    let pipelines = Question::Domain(Domain::Pipelines);
    BTreeMap::from([
        ("200_delayed_with_retry_after.SYNTHETIC", vec![(User, Accepted, pipelines, State::Readable, O::Active)]),
        ("203_signin_html.SYNTHETIC", vec![(User, Refused, Connection, State::TokenExpired, O::TokenExpired), (User, Accepted, Projects, State::OAuthPolicyOff, O::PolicyOff)]),
        ("302_signin_redirect.SYNTHETIC", vec![(PersonalAccessToken, NotTried, Connection, State::TokenExpired, O::TokenExpired)]),
        ("400_VS402337_wiql_over_20000", vec![(User, Accepted, boards, State::Unknown, O::Active)]),
        ("400_pats_api_with_basic", vec![(PersonalAccessToken, NotTried, Connection, State::NoPermission, O::PolicyOff)]),
        ("400_typed_json", vec![(User, Accepted, boards, State::Unknown, O::Active)]),
        ("401_TF400813_expired_token_empty_user", vec![(User, Refused, Connection, State::TokenExpired, O::TokenExpired), (User, Accepted, Connection, State::OAuthPolicyOff, O::PolicyOff), (User, NotTried, Connection, State::Unknown, O::Unreachable)]),
        ("401_TF400813_no_access_to_organization", vec![(User, NotTried, Connection, State::NoPermission, O::NotAMember), (User, Accepted, Connection, State::NoPermission, O::NotAMember)]),
        ("401_deleted_project_empty_collection_body", vec![(User, Accepted, pipelines, State::NoPermission, O::Active)]),
        ("401_empty_body_basic_challenge", vec![(PersonalAccessToken, NotTried, Connection, State::TokenExpired, O::TokenExpired)]),
        ("401_global_pat_not_allowed_html", vec![(PersonalAccessToken, NotTried, Connection, State::NoPermission, O::PolicyOff)]),
        ("401_oauth_policy_off_or_expired_token", vec![(User, Accepted, Projects, State::OAuthPolicyOff, O::PolicyOff), (User, Refused, Connection, State::TokenExpired, O::TokenExpired)]),
        ("403_VS403463_conditional_access", vec![(User, Accepted, git, State::ConditionalAccess, O::ConditionalAccess)]),
        ("404_TF200016_project_does_not_exist", vec![(User, Accepted, boards, State::NoPermission, O::Active)]),
        ("404_TF401019_git_repository", vec![(User, Accepted, git, State::NoPermission, O::Active)]),
        ("404_text_plain_no_controller", vec![(User, Accepted, boards, State::SwitchedOff, O::Active)]),
        ("404_wiki_page_typed_json", vec![(User, Accepted, boards, State::NoPermission, O::Active)]),
        ("429_TF400733_blocked.SYNTHETIC", vec![(User, Accepted, boards, State::Unknown, O::Unreachable)]),
        ("503_TF24668_organization_deactivated_bom", vec![(User, NotTried, Connection, State::OrganizationInactive, O::Inactive)]),
        ("analytics_400_snapshot_without_aggregation", vec![(User, Accepted, boards, State::Unknown, O::Active)]),
        ("builds_continuationtoken_header", vec![(User, Accepted, pipelines, State::Readable, O::Active)]),
    ])
}

#[tokio::test]
async fn each_recorded_answer_has_the_state_that_was_meant() {
    let Some(folder) = std::env::var_os("ADIT_EXAMPLES_DIR") else {
        complain("ADIT_EXAMPLES_DIR is not set: NO RECORDED REFUSAL WAS DECIDED");
        return;
    };
    let folder = Path::new(&folder).join("errors");
    let meant = meant();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder of refusals") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let recording: Value = serde_json::from_str(&text).expect("JSON");
        let meanings = meant
            .get(name.as_str())
            .unwrap_or_else(|| panic!("say what {name} means"));
        for meaning in meanings {
            check(&name, &recording["response"], *meaning).await;
        }
        seen += 1;
    }
    assert_eq!(seen, meant.len(), "recordings in {}", folder.display());
    complain(&format!("{seen} recorded answers were decided"));
}

async fn check(
    name: &str,
    response: &Value,
    (credential, proof, question, state, organization): Meant,
) {
    let template = template(response);
    let service = service(1, move |_: &Request| Some(template.clone())).await;
    // A listing, so that a recorded success is read as one.
    let client = service.client();
    let read = client.look_at_definitions(crate::service::project(0)).await;
    let answer = match &read {
        Ok(_) => Answer::Shown(1),
        Err(error) => Answer::Refused(error),
    };
    let fabrikam: OrganizationName = "fabrikam".parse().expect("a name");
    let evidence = evidence(&fabrikam, credential, proof, question, answer);
    let finding = decide(&evidence);
    assert_eq!(finding.state, state, "{name}: {finding:#?}");
    assert_eq!(
        decide_organization(&evidence),
        organization,
        "{name}: {finding:#?}"
    );
    assert!(finding.answered.chars().count() <= 300, "{name}");
}

fn template(response: &Value) -> ResponseTemplate {
    let status = response["status"].as_u64().expect("a status");
    let mut template = ResponseTemplate::new(u16::try_from(status).expect("a status"));
    let mut media_type = "application/json";
    let headers = response["headers"].as_object().expect("headers");
    for (name, value) in headers {
        let value = value.as_str().expect("a text");
        match name.as_str() {
            "content-type" => media_type = value,
            "content-length" | "content-encoding" | "transfer-encoding" => {}
            // Milliseconds in place of seconds: the test waits for it.
            "retry-after" => template = template.insert_header("retry-after", "0.001"),
            _ => template = template.insert_header(name.as_str(), value),
        }
    }
    let body = match &response["body"] {
        // Only the headers of this one were recorded.
        Value::Null if status == 200 => r#"{"count":0,"value":[]}"#.to_owned(),
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => format!("\u{FEFF}{json}"),
    };
    template.set_body_raw(body, media_type)
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn complain(text: &str) {
    eprintln!("{text}");
}
