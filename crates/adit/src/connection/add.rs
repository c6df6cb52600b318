//! `adit connection add`.

use anyhow::{Context as _, bail};
use chassis::Advice;
use serde_json::json;

use super::given::{Credential, Given, Plan};
use super::{CONNECTIONS, device, tell};
use crate::http::{Api, Kind, Options, Refused};
use crate::output::{Output, note};
use crate::table::escaped;

/// What `adit connection add` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Name, unique regardless of case
    #[arg(long)]
    name: String,

    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,

    /// A word to find it by; may be given more than once
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,

    /// Organization, by name or address; may be given more than once; without, all that the credential can list, those too
    /// that appear later
    #[arg(long = "organization", value_name = "ORGANIZATION")]
    organizations: Vec<String>,

    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

impl Add {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let (credential, draft) = match self.given.plan()? {
            Plan::Send(credential) => (credential, None),
            Plan::Device { tenant } => {
                check_free(&api, &self.name).await?;
                let wish = device::Wish {
                    tenant,
                    organization: self.organizations.first().cloned(),
                    connection: None,
                };
                let draft = device::sign_in(&api, &wish).await?;
                let draft = draft.context("Adit answered without the sign-in")?;
                (Credential::draft(&draft), Some(draft))
            }
        };
        let body = json!({
            "name": self.name,
            "description": self.description,
            "tags": self.tags,
            "organizations": self.organizations,
            "credential": credential.expose(),
        });
        let answer = api.post(&[CONNECTIONS], Some(&body)).await;
        if let (Err(_), Some(draft)) = (&answer, &draft) {
            let page = api.page(&format!("integrations/azure-devops/drafts/{draft}"));
            note(&format!(
                "The sign-in is kept for an hour; go on with it at {}\n",
                escaped(&page)
            ));
        }
        tell(&api, self.output, &answer?)
    }
}

/// Nobody should sign in for nothing.
async fn check_free(api: &Api, name: &str) -> anyhow::Result<()> {
    match api.get(&[CONNECTIONS, name]).await {
        Ok(_) => {
            let taken = Refused::new(Kind::Conflict, "nobody was asked to sign in yet");
            bail!(anyhow::Error::new(taken).context(Advice::new(
                format!("there is a connection `{name}` already (case does not matter)"),
                "choose another name, or `adit connection reauthenticate` that one",
            )));
        }
        Err(error) if Refused::of(&error) == Some(Kind::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}
