//! The sign-in of a person by a code that they type elsewhere.

use serde::Serialize;
use store::connections::NewDeviceSignIn;
use utoipa::ToSchema;
use uuid::Uuid;

use credential::DevicePoll;

use super::Connections;
use super::sign_in::{SignInAt, SignInFor};
use crate::by::By;
use crate::refusal::Refusal;
use crate::vault::Place;

const SECRET: &str = "device_code";

/// A code to be typed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceBegun {
    /// To ask how far it is.
    pub id: Uuid,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same, as Microsoft says it to people.
    pub message: String,
    /// Seconds to wait between two questions.
    pub interval: u64,
    /// Seconds until the code ends.
    pub expires_in: u64,
}

/// How far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceStanding {
    /// `pending`, `signed_in`, `declined`, `expired` or `refused`.
    pub state: String,
    /// What it became, to be saved as a connection.
    pub draft: Option<Uuid>,
    /// The connection that has signed in again.
    pub connection: Option<Uuid>,
    /// Why it was declined or refused, with the remedy; may be empty.
    pub explanation: String,
}

impl Connections {
    /// Begins a sign-in by a code.
    pub async fn device_begin(
        &self,
        by: &By,
        purpose: SignInFor,
        at: SignInAt,
    ) -> Result<DeviceBegun, Refusal> {
        let (connection, tenant) = self.sign_in_place(purpose, at, "device_code").await?;
        let code = self.0.ways.device_begin(&tenant).await?;
        let id = Uuid::new_v4();
        let sealed = self
            .0
            .vault
            .seal(&Place::alone(id, SECRET), &code.device_code)?;
        let new = NewDeviceSignIn {
            id,
            person: by.id,
            connection,
            tenant: &tenant,
            key_id: &sealed.key_id,
            sealed: &sealed.sealed,
            interval: code.interval,
            life: code.expires_in,
        };
        self.0.store.device_begin(&new).await?;
        Ok(DeviceBegun {
            id,
            user_code: code.user_code,
            verification_uri: code.verification_uri.to_string(),
            message: code.message,
            interval: code.interval.as_secs(),
            expires_in: code.expires_in.as_secs(),
        })
    }

    /// How far a sign-in of this person is. However often it is asked, Microsoft is asked as often as it wants to be.
    pub async fn device_standing(&self, by: &By, id: Uuid) -> Result<DeviceStanding, Refusal> {
        let turn = self.0.store.device_turn(id, by.id).await?;
        let turn = turn.ok_or_else(|| {
            Refusal::not_found("there is no such sign-in (any more)", "begin again")
        })?;
        let standing = |state: &str, explanation: String| DeviceStanding {
            draft: (state == "signed_in" && turn.connection.is_none()).then_some(id),
            connection: turn.connection.filter(|_| state == "signed_in"),
            state: state.to_owned(),
            explanation,
        };
        if !turn.is_due {
            return Ok(standing(&turn.state, turn.explanation.clone()));
        }
        let place = Place::alone(id, SECRET);
        let code = self.0.vault.unseal(&place, &turn.key_id, &turn.sealed)?;
        let (state, explanation) = match self.0.ways.device_poll(&code, &turn.tenant).await {
            Ok(DevicePoll::Pending { slow_down }) => {
                if let Some(by) = slow_down {
                    self.0.store.device_slow(id, by).await?;
                }
                return Ok(standing("pending", String::new()));
            }
            Ok(DevicePoll::SignedIn(signed_in)) => {
                let kept = match turn.connection {
                    Some(connection) => {
                        self.reauthenticate_signed_in(by, connection, *signed_in)
                            .await
                    }
                    None => self.draft_keep(by, id, *signed_in).await,
                };
                match kept {
                    Ok(()) => ("signed_in", String::new()),
                    // The code is spent, whatever kept us from keeping it.
                    Err(refusal) => ("refused", refusal.told()),
                }
            }
            Ok(DevicePoll::Declined(refusal)) => ("declined", refusal.to_string()),
            Ok(DevicePoll::Expired(refusal)) => ("expired", refusal.to_string()),
            Err(refusal) if refusal.is_passing() => {
                return Ok(standing("pending", String::new()));
            }
            Err(refusal) => ("refused", refusal.to_string()),
        };
        self.0.store.device_end(id, state, &explanation).await?;
        Ok(standing(state, explanation))
    }
}
