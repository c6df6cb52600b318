//! Tells the operator where the first administrator is made.

use jiff::SignedDuration;

use crate::{Door, Ticket};

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

impl Door {
    /// While nobody administers Adit: makes a setup address and writes it to the log, the one secret that ever goes there.
    ///
    /// Each start makes a new one. Those of other replicas and earlier starts stay good until they are 24 hours old, or until
    /// one of them was used: an operator finds any of several logs.
    pub async fn announce_setup(&self) -> anyhow::Result<()> {
        let (ticket, now) = (Ticket::new(), self.now());
        let expires = now.checked_add(GOOD_FOR)?;
        let is_made = self
            .store()
            .link_setup(&ticket.hash(), now, expires)
            .await?;
        if is_made {
            let url = self.url(&format!("/setup?token={}", ticket.text()));
            tracing::info!("nobody administers Adit yet: set it up within 24 hours at {url}");
        }
        Ok(())
    }
}
