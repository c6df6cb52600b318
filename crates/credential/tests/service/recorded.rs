//! Every recorded refusal that is about a credential is understood.
//!
//! The recordings are not ours to publish, so they stay in a folder that `ADIT_EXAMPLES_DIR` names.

use std::path::Path;

use credential::retired;
use serde_json::Value;

use crate::support::Entra;

#[tokio::test]
async fn every_recorded_refusal_of_a_credential_is_understood() {
    let Some(folder) = std::env::var_os("ADIT_EXAMPLES_DIR") else {
        complain("ADIT_EXAMPLES_DIR is not set: NO RECORDED REFUSAL WAS READ");
        return;
    };
    let ways = Entra::start().await.ways();
    let (mut global, mut entra) = (0, 0);
    for part in ["auth", "errors"] {
        for recording in recordings(&Path::new(&folder).join(part)) {
            let response = &recording["response"];
            let words = &response["headers"]["x-tfs-serviceerror"];
            if let Some(refusal) = words
                .as_str()
                .and_then(retired::global_personal_access_token)
            {
                assert_eq!(refusal.reason, "global_token");
                global += 1;
            }
            let body = &response["body"];
            if let (Some(error), Some(words)) =
                (body["error"].as_str(), body["error_description"].as_str())
            {
                let refusal = ways.declined(error, words);
                assert_ne!(refusal.reason, "refused", "{error}: {words}");
                entra += 1;
            }
        }
    }
    assert!(global > 0, "no global token in {}", folder.display());
    complain(&format!(
        "{global} global tokens and {entra} errors of Entra were recorded and understood"
    ));
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn recordings(folder: &Path) -> Vec<Value> {
    let entries = std::fs::read_dir(folder).expect("a folder of examples");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(entry.ok()?.path()).ok()?;
        serde_json::from_str(&text).ok()
    };
    entries.filter_map(read).collect()
}
