//! `adit connection reauthenticate`.

use serde_json::json;

use super::given::{Given, Plan};
use super::{CONNECTIONS, device, tell};
use crate::answers::Connection;
use crate::http::Options;
use crate::output::Output;

/// What `adit connection reauthenticate` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Reauthenticate {
    /// Connection, by name or guid
    connection: String,

    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

impl Reauthenticate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let answer = match self.given.plan()? {
            Plan::Send(credential) => {
                let body = json!({ "credential": credential.expose() });
                let path = [CONNECTIONS, &self.connection, "reauthenticate"];
                api.post(&path, Some(&body)).await?
            }
            Plan::Device { tenant } => {
                // By its id: it may be renamed while the person signs in.
                let connection = api.get(&[CONNECTIONS, &self.connection]).await?;
                let Connection { id, .. } = connection.read()?;
                let wish = device::Wish {
                    tenant,
                    connection: Some(id.clone()),
                    ..device::Wish::default()
                };
                device::sign_in(&api, &wish).await?;
                api.post(&[CONNECTIONS, &id, "check"], None).await?
            }
        };
        tell(&api, self.output, &answer)
    }
}
