//! A person signs in elsewhere, by a code that is shown here.

use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::Advice;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::put;
use crate::answers::{DeviceBegun, DeviceStanding};
use crate::http::{Api, Kind, Refused};
use crate::output;
use crate::table::escaped;

/// Adit asks Microsoft as often as it may, whatever is asked here.
const LEAST: Duration = Duration::from_secs(1);

/// For what, and where.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// Tenant, if it is known.
    pub(super) tenant: Option<String>,
    /// Organization, whose tenant is found out.
    pub(super) organization: Option<String>,
    /// The connection that signs in again.
    pub(super) connection: Option<String>,
}

/// Shows the code, and waits until somebody has signed in. The draft that it became; none for a connection that has signed in
/// again.
pub(super) async fn sign_in(api: &Api, wish: &Wish) -> anyhow::Result<Option<String>> {
    let mut body = json!({});
    put(&mut body, "tenant", wish.tenant.clone());
    // Where the tenant is given, nothing has to be found out.
    let organization = wish.organization.clone();
    put(
        &mut body,
        "organization",
        organization.filter(|_| wish.tenant.is_none()),
    );
    put(&mut body, "connection", wish.connection.clone());
    let begun = api.post(&["sign-ins", "device"], Some(&body)).await?;
    let begun: DeviceBegun = begun.read()?;
    output::note(&message(&begun));
    let ended = wait(api, &begun).await;
    output::progress("");
    let standing = ended?;
    match standing.state.as_str() {
        "signed_in" => Ok(standing.draft),
        state => Err(failed(state, &standing.explanation)),
    }
}

async fn wait(api: &Api, begun: &DeviceBegun) -> anyhow::Result<DeviceStanding> {
    let end = Instant::now() + Duration::from_secs(begun.expires_in);
    let interval = Duration::from_secs(begun.interval).max(LEAST);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        output::progress(&waiting(left));
        sleep(interval).await;
        match api.get(&["sign-ins", "device", &begun.id]).await {
            Ok(answer) => {
                let standing: DeviceStanding = answer.read()?;
                if standing.state != "pending" {
                    return Ok(standing);
                }
            }
            // The person is still at it; a restart of Adit need not stop them.
            Err(error) if Refused::of(&error) == Some(Kind::Unavailable) && !left.is_zero() => {}
            Err(error) => return Err(error).context("the sign-in was not waited for"),
        }
        if left.is_zero() {
            bail!(failed("expired", ""));
        }
    }
}

/// What the person has to do: in Microsoft's own words, and once more where these lack what is needed.
fn message(begun: &DeviceBegun) -> String {
    let mut lines = vec![begun.message.as_str()];
    if !begun.message.contains(&begun.user_code) {
        lines.push(&begun.user_code);
    }
    if !begun.message.contains(&begun.verification_uri) {
        lines.push(&begun.verification_uri);
    }
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    let mut text = lines.map(escaped).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn waiting(left: Duration) -> String {
    let seconds = left.as_secs();
    format!(
        "Waiting for the sign-in; the code is good for {}:{:02} more",
        seconds / 60,
        seconds % 60
    )
}

fn failed(state: &str, explanation: &str) -> anyhow::Error {
    let words = match state {
        "declined" => "the sign-in was declined",
        "expired" => "nobody has signed in while the code was good",
        _ => "the sign-in was refused",
    };
    let refused = Refused::new(Kind::Refused, words);
    if explanation.is_empty() {
        let advice = Advice::new("nobody has signed in", "begin again");
        anyhow::Error::new(refused).context(advice)
    } else {
        anyhow::Error::new(refused).context(explanation.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{body_json, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn begun(message: &str) -> DeviceBegun {
        DeviceBegun {
            id: String::new(),
            user_code: "ABCD-EFGH".to_owned(),
            verification_uri: "https://microsoft.com/devicelogin".to_owned(),
            message: message.to_owned(),
            interval: 5,
            expires_in: 900,
        }
    }

    #[test]
    fn the_code_and_its_page_are_always_shown_and_nothing_is_drawn() {
        let whole = "To sign in, open https://microsoft.com/devicelogin and enter ABCD-EFGH.";
        assert_eq!(message(&begun(whole)), format!("{whole}\n"));
        assert_eq!(
            message(&begun("")),
            "ABCD-EFGH\nhttps://microsoft.com/devicelogin\n"
        );
        assert!(!message(&begun("\u{1b}[2J")).contains('\u{1b}'));
    }

    async fn signed_in(last: serde_json::Value) -> anyhow::Result<Option<String>> {
        let server = MockServer::start().await;
        let begun = json!({
            "id": "7", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin",
            "message": "", "interval": 0, "expires_in": 900
        });
        Mock::given(method("POST"))
            .and(path("/api/v1/sign-ins/device"))
            .and(body_json(json!({ "organization": "fabrikam" })))
            .respond_with(ResponseTemplate::new(201).set_body_json(begun))
            .expect(1)
            .mount(&server)
            .await;
        // One restart of Adit on the way.
        Mock::given(path("/api/v1/sign-ins/device/7"))
            .respond_with(ResponseTemplate::new(502))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(path("/api/v1/sign-ins/device/7"))
            .respond_with(ResponseTemplate::new(200).set_body_json(last))
            .expect(1)
            .mount(&server)
            .await;
        let wish = Wish {
            organization: Some("fabrikam".to_owned()),
            ..Wish::default()
        };
        sign_in(&crate::http::tests::api(&server.uri()), &wish).await
    }

    #[tokio::test]
    async fn a_sign_in_is_waited_for_across_a_restart_of_adit() {
        let standing =
            json!({ "state": "signed_in", "draft": "9", "connection": null, "explanation": "" });
        assert_eq!(signed_in(standing).await.unwrap().as_deref(), Some("9"));
    }

    #[tokio::test]
    async fn a_sign_in_that_was_declined_ends_the_command() {
        let standing = json!({
            "state": "declined", "draft": null, "connection": null, "explanation": "declined; begin again"
        });
        let error = signed_in(standing).await.unwrap_err();
        assert_eq!(Refused::of(&error), Some(Kind::Refused));
        assert!(error.to_string().contains("begin again"), "{error}");
    }

    #[test]
    fn the_time_that_is_left_is_told_in_minutes_and_seconds() {
        assert!(waiting(Duration::from_secs(605)).contains("10:05"));
    }

    #[test]
    fn a_sign_in_that_failed_says_why_and_needs_a_person() {
        let error = failed("declined", "the person declined; begin again");
        assert!(error.to_string().contains("the person declined"));
        assert_eq!(Refused::of(&error), Some(Kind::Refused));
        assert_eq!(Refused::of(&failed("expired", "")), Some(Kind::Refused));
    }
}
