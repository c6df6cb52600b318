//! Faults on request: which answers are spoilt, and how.

mod spoil;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::refusal::{Content, Refusal};

pub use self::spoil::{Page, drop_items, empty_page};

/// The mark of a token that stands for the one within: what an empty page gives to go on with.
pub const AGAIN: &str = "again.";

/// An order to spoil answers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// All methods where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the route's template, or of the path and query that were asked.
    #[serde(default)]
    pub path: String,
    /// So many matching requests are let through first.
    #[serde(default)]
    pub skip: u64,
    /// Then so many are spoilt; all where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Of these only each nth.
    #[serde(default = "one")]
    pub every: u64,
    pub effect: Effect,
}

/// How an answer is spoilt.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Any status with any headers and body, in place of the answer.
    Status {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        body: String,
    },
    /// 429 TF400733; `Retry-After` in seconds, as an HTTP date, or not at all.
    Throttle {
        #[serde(default)]
        seconds: Option<u64>,
        #[serde(default)]
        date: bool,
    },
    /// The good answer, with `Retry-After`.
    Slow { seconds: u64 },
    /// 503 TF24668 behind a byte order mark: the organization was put to sleep.
    Inactive,
    /// 500.
    Error,
    /// 203 with the sign-in page.
    SignIn,
    /// The good answer, later.
    Delay { milliseconds: u64 },
    /// The good answer, of which the connection carries only so many bytes.
    Cut { bytes: usize },
    /// The first answer that this fault met, again and again.
    Repeat,
    /// The good answer without these of its items.
    Drop { percent: usize },
    /// A page without items and with a token, which then brings the items.
    Empty,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Armed>>);

#[derive(Debug)]
struct Armed {
    fault: Fault,
    met: u64,
    spoilt: u64,
    first: Option<Page>,
}

/// A fault as the control API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    pub id: usize,
    /// How many requests matched.
    pub met: u64,
    /// How many of these were spoilt.
    pub spoilt: u64,
    #[serde(flatten)]
    pub fault: Fault,
}

/// A fault that strikes this request.
#[derive(Clone, Debug)]
pub struct Strike {
    pub id: usize,
    pub effect: Effect,
}

fn one() -> u64 {
    1
}

impl Faults {
    /// Puts a fault in force; the number names it.
    pub fn add(&self, fault: Fault) -> usize {
        let mut faults = self.lock();
        faults.push(Armed {
            fault,
            met: 0,
            spoilt: 0,
            first: None,
        });
        faults.len() - 1
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The faults in force.
    pub fn all(&self) -> Vec<State> {
        let state = |(id, armed): (usize, &Armed)| State {
            id,
            met: armed.met,
            spoilt: armed.spoilt,
            fault: armed.fault.clone(),
        };
        self.lock().iter().enumerate().map(state).collect()
    }

    /// The faults that strike a request; each that matches counts it.
    pub fn strike(&self, method: &str, template: &str, target: &str) -> Vec<Strike> {
        let mut faults = self.lock();
        let mut strikes = Vec::new();
        for (id, armed) in faults.iter_mut().enumerate() {
            if armed.strikes(method, template, target) {
                strikes.push(Strike {
                    id,
                    effect: armed.fault.effect.clone(),
                });
            }
        }
        strikes
    }

    /// The page that a repeating fault met first: this one, where it is the first.
    pub fn first_page(&self, id: usize, page: Page) -> Page {
        let mut faults = self.lock();
        match faults.get_mut(id) {
            Some(armed) => armed.first.get_or_insert(page).clone(),
            None => page,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn strikes(&mut self, method: &str, template: &str, target: &str) -> bool {
        let Fault {
            method: wanted,
            path,
            skip,
            times,
            every,
            ..
        } = &self.fault;
        let matches = wanted
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && (template.contains(path.as_str()) || target.contains(path.as_str()));
        if !matches {
            return false;
        }
        self.met += 1;
        let due = self.met > *skip
            && times.is_none_or(|times| self.spoilt < times)
            && (self.met - skip).is_multiple_of((*every).max(1));
        if due {
            self.spoilt += 1;
        }
        due
    }
}

impl Effect {
    /// What stands in place of the answer, if this effect has one; `retry_at` is `Retry-After` as a date.
    pub fn instead(&self, retry_at: impl Fn(u64) -> String) -> Option<Refusal> {
        match self {
            Self::Status {
                status,
                headers,
                body,
            } => {
                let content = Content::Text {
                    media_type: "application/json; charset=utf-8",
                    text: body.clone(),
                };
                let mut refusal = Refusal::bare(*status, content);
                for (name, value) in headers {
                    if let Ok(name) = name.parse() {
                        refusal.headers.push((name, value.clone()));
                    }
                }
                Some(refusal)
            }
            Self::Throttle { seconds, date } => {
                let refusal = Refusal::typed(
                    429,
                    "Microsoft.TeamFoundation.Framework.Server.RequestBlockedException",
                    "Microsoft.TeamFoundation.Framework.Server",
                    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Concurrency in namespace User.",
                )
                .header("x-ratelimit-resource", "core/emulator")
                .header("x-ratelimit-limit", "200")
                .header("x-ratelimit-remaining", "0");
                Some(match (seconds, date) {
                    (Some(seconds), true) => refusal.header("retry-after", retry_at(*seconds)),
                    (Some(seconds), false) => refusal.header("retry-after", seconds.to_string()),
                    (None, _) => refusal,
                })
            }
            Self::Inactive => Some(Refusal::inactive("emulated")),
            Self::Error => Some(Refusal::typed(
                500,
                "Microsoft.VisualStudio.Services.Common.VssServiceException",
                "Microsoft.VisualStudio.Services.Common",
                "TF400898: An Internal Error Occurred.",
            )),
            Self::SignIn => Some(Refusal::bare(
                203,
                Content::Text {
                    media_type: "text/html; charset=utf-8",
                    text: String::from(crate::auth::SIGN_IN_PAGE),
                },
            )),
            Self::Slow { .. }
            | Self::Delay { .. }
            | Self::Cut { .. }
            | Self::Repeat
            | Self::Drop { .. }
            | Self::Empty => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_strikes_after_so_many_and_so_often() {
        let faults = Faults::default();
        let fault = json!({ "method": "get", "path": "/builds", "skip": 1, "times": 2, "effect": { "kind": "error" } });
        faults.add(serde_json::from_value(fault).unwrap());
        let strike = |method, path| {
            !faults
                .strike(method, "/{project}/_apis/build/builds", path)
                .is_empty()
        };
        assert!(!strike("POST", "/p/_apis/build/builds"));
        let struck: Vec<bool> = (0..5)
            .map(|_| strike("GET", "/p/_apis/build/builds"))
            .collect();
        assert_eq!(struck, [false, true, true, false, false]);
        let state = &faults.all()[0];
        assert_eq!((state.met, state.spoilt), (5, 2));
    }

    #[test]
    fn each_nth_is_struck() {
        let faults = Faults::default();
        faults.add(
            serde_json::from_value(json!({ "every": 3, "effect": { "kind": "sign_in" } })).unwrap(),
        );
        let struck: Vec<bool> = (0..6)
            .map(|_| !faults.strike("GET", "/a", "/a").is_empty())
            .collect();
        assert_eq!(struck, [false, false, true, false, false, true]);
    }

    #[test]
    fn an_unknown_effect_is_refused() {
        assert!(
            serde_json::from_value::<Fault>(json!({ "effect": { "kind": "explode" } })).is_err()
        );
        assert!(serde_json::from_value::<Fault>(json!({ "path": "x", "effct": {} })).is_err());
    }
}
