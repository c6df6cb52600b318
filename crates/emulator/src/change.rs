//! Changes of the world on request: one kind a verb, dispatched to the domain that knows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{boards, entra, git, organization, pipelines, refusal::Refusal, tfvc, world::World};

/// An order to change the world: `{"kind": "…", …}`.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    pub kind: String,
    #[serde(flatten)]
    pub arguments: Map<String, Value>,
}

/// What an order changed: an entity of the ground truth, and the key of the row.
#[derive(Clone, Debug, Serialize)]
pub struct Changed {
    pub entity: &'static str,
    pub key: Value,
    pub operation: Operation,
}

/// What became of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Created,
    Updated,
    Deleted,
}

/// How a domain changes something of its own choice.
type AtRandom = fn(&mut World) -> Result<Vec<Changed>, Refusal>;

/// What a domain answers to an order: `None` where it does not know the kind.
pub type Outcome = Option<Result<Vec<Changed>, Refusal>>;

impl Changed {
    /// A row that is new.
    pub fn created(entity: &'static str, key: Value) -> Self {
        Self {
            entity,
            key,
            operation: Operation::Created,
        }
    }

    /// A row that is another now.
    pub fn updated(entity: &'static str, key: Value) -> Self {
        Self {
            entity,
            key,
            operation: Operation::Updated,
        }
    }

    /// A row that is gone.
    pub fn deleted(entity: &'static str, key: Value) -> Self {
        Self {
            entity,
            key,
            operation: Operation::Deleted,
        }
    }
}

impl Order {
    /// A text argument.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).and_then(Value::as_str)
    }

    /// A whole number argument.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.arguments.get(name).and_then(Value::as_i64)
    }

    /// A truth value argument; false where it is not given.
    pub fn flag(&self, name: &str) -> bool {
        self.arguments
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

/// Carries an order out.
pub fn carry_out(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    if order.kind == "random" {
        return random(world, order);
    }
    let domains: [fn(&mut World, &Order) -> Outcome; 6] = [
        organization::change,
        git::change,
        pipelines::change,
        boards::change,
        tfvc::change,
        entra::change,
    ];
    for domain in domains {
        if let Some(outcome) = domain(world, order) {
            return outcome;
        }
    }
    Err(Refusal::invalid(&format!(
        "there is no change of kind '{}'",
        order.kind
    )))
}

/// `{"count": n}`: so many changes as a working day brings them, the domains taking turns.
fn random(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let domains: [AtRandom; 4] = [
        boards::random_change,
        pipelines::random_change,
        git::random_change,
        tfvc::random_change,
    ];
    let count = order
        .number("count")
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(1);
    let mut changed = Vec::new();
    for domain in domains.into_iter().cycle().take(count) {
        changed.extend(domain(world)?);
    }
    Ok(changed)
}
