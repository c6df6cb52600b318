//! What the health page says of NATS.

use std::time::Duration;

use chassis::Lifecycle;
use tokio::time::Instant;

use crate::Bus;

/// How often the connection is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// What was denied is shown for so long after the last time.
const SHOWN: Duration = Duration::from_mins(1);

impl Bus {
    /// Has the condition `nats` of a service hold while there is a connection and nothing is denied; until the life ends.
    pub fn tell_readiness(&self, lifecycle: &Lifecycle) {
        let condition = lifecycle.condition("nats");
        let soft = lifecycle.soft.clone();
        let (bus, mut denials) = (self.clone(), self.signs().denials.listen());
        lifecycle.spawn("nats", async move {
            let mut denied: Option<(Instant, String)> = None;
            loop {
                denied.take_if(|(at, _)| at.elapsed() >= SHOWN);
                if !bus.is_connected() {
                    condition.unmet("there is no connection to NATS");
                } else if let Some((_, denial)) = &denied {
                    condition.unmet(denial.clone());
                } else {
                    condition.met();
                }
                tokio::select! {
                    () = soft.cancelled() => return Ok(()),
                    denial = denials.any() => denied = Some((Instant::now(), denial.to_string())),
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        });
    }
}
