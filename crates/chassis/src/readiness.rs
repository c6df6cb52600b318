//! What must hold before a process may be given work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// The conditions of all services of a process.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<Conditions>>);

/// By service and condition: why it does not hold, if it does not.
type Conditions = BTreeMap<(&'static str, &'static str), Option<String>>;

/// One thing that must hold: a connection, a finished migration. The handle tells whether it does.
#[derive(Debug, Clone)]
pub struct Condition {
    readiness: Readiness,
    service: &'static str,
    name: &'static str,
}

/// A condition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    pub service: &'static str,
    pub condition: &'static str,
    pub reason: String,
}

impl Readiness {
    /// Adds a condition. It does not hold until it is said to.
    pub fn condition(&self, service: &'static str, name: &'static str) -> Condition {
        let condition = Condition {
            readiness: self.clone(),
            service,
            name,
        };
        condition.unmet("not yet");
        condition
    }

    /// What is missing, in all services or in one.
    pub fn missing(&self, of: Option<&str>) -> Vec<Missing> {
        let conditions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = conditions
            .iter()
            .filter(|((service, _), _)| of.is_none_or(|of| of == *service));
        asked
            .filter_map(|(&(service, condition), reason)| {
                let reason = reason.clone()?;
                Some(Missing {
                    service,
                    condition,
                    reason,
                })
            })
            .collect()
    }

    /// Whether there is a service of this name.
    pub fn knows(&self, name: &str) -> bool {
        let conditions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        conditions.keys().any(|(service, _)| *service == name)
    }
}

impl Condition {
    /// It holds now.
    pub fn met(&self) {
        self.set(None);
    }

    /// It does not hold, or no longer, for this reason. The reason is shown on `/readyz`: no secrets in it.
    pub fn unmet(&self, reason: impl Into<String>) {
        self.set(Some(reason.into()));
    }

    fn set(&self, reason: Option<String>) {
        let mut conditions = self
            .readiness
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        conditions.insert((self.service, self.name), reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_missing_until_it_is_met_and_again_when_it_is_lost() {
        let readiness = Readiness::default();
        let nats = readiness.condition("writer", "nats");
        let database = readiness.condition("scheduler", "database");
        assert_eq!(readiness.missing(None).len(), 2);
        nats.met();
        assert_eq!(readiness.missing(Some("writer")), []);
        database.met();
        nats.unmet("disconnected");
        let missing = Missing {
            service: "writer",
            condition: "nats",
            reason: "disconnected".to_owned(),
        };
        assert_eq!(readiness.missing(None), [missing]);
    }
}
