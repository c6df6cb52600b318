//! Changes of Entra on request.

use std::collections::HashSet;

use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{Account, Application, Entra, Platform, Secret};
use crate::{
    change::{Changed, Order, Outcome},
    refusal::Refusal,
    world::World,
};

/// Carries out the kinds of this domain: none touches a row of the ground truth.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    let now = world.clock.now();
    let entra = &mut world.entra;
    let done = match order.kind.as_str() {
        "revoke_grants" => entra.each_grant(order, |grant| grant.revoked = true),
        "expire_grants" => entra.each_grant(order, |grant| grant.expires = now),
        "expire_tokens" => entra.expire_tokens(order),
        "require_mfa" => entra.account(order).map(|account| account.wants_mfa = true),
        "block_by_policy" => entra
            .account(order)
            .map(|account| account.blocked_by_policy = true),
        "unblock_by_policy" => entra
            .account(order)
            .map(|account| account.blocked_by_policy = false),
        "disable_user" => entra.account(order).map(|account| account.disabled = true),
        "enable_user" => entra.account(order).map(|account| account.disabled = false),
        "revoke_consent" => entra.revoke_consent(order),
        "grant_consent" => entra.grant_consent(order),
        "require_administrator" => {
            let wanted = order
                .arguments
                .get("required")
                .and_then(Value::as_bool)
                .unwrap_or(true);
            entra
                .application(order)
                .map(|application| application.wants_administrator = wanted)
        }
        "expire_secret" => entra.application(order).map(|application| {
            for secret in &mut application.secrets {
                secret.expires = now;
            }
        }),
        "add_secret" => entra.application(order).map(|application| {
            let life =
                SignedDuration::from_secs(order.number("seconds").unwrap_or(180 * 24 * 3_600));
            application.secrets.push(Secret {
                value: String::from(order.text("value").unwrap_or("another-emulated-secret")),
                expires: now + life,
            });
        }),
        "register_redirect" => entra.application(order).map(|application| {
            let platform = match order.text("platform") {
                Some("spa") => Platform::Spa,
                Some("native") => Platform::Native,
                _ => Platform::Web,
            };
            let uri = String::from(order.text("uri").unwrap_or_default());
            application.redirects.push((platform, uri));
        }),
        "set_sign_in" => entra.set(order),
        "spoil_id_token" => argument(order, "how").map(|how| entra.spoil = how),
        _ => return None,
    };
    Some(done.map(|()| Vec::<Changed>::new()))
}

fn argument<T: DeserializeOwned>(order: &Order, name: &str) -> Result<T, Refusal> {
    let value = order.arguments.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| Refusal::invalid(&format!("{name}: {error}")))
}

impl Entra {
    /// The account that an order names by `user`: a role, or what its owner signs in with.
    fn account(&mut self, order: &Order) -> Result<&mut Account, Refusal> {
        let name = order.text("user").unwrap_or("reader");
        self.directory
            .accounts
            .iter_mut()
            .find(|account| account.role == name || account.name == name)
            .ok_or_else(|| Refusal::invalid(&format!("there is no account '{name}'")))
    }

    /// The application that an order names by `application`.
    fn application(&mut self, order: &Order) -> Result<&mut Application, Refusal> {
        let name = order.text("application").unwrap_or("adit");
        self.directory
            .applications
            .iter_mut()
            .find(|application| {
                application.role == name || application.client_id.to_string() == name
            })
            .ok_or_else(|| Refusal::invalid(&format!("there is no application '{name}'")))
    }

    fn each_grant(
        &mut self,
        order: &Order,
        change: impl Fn(&mut super::Grant),
    ) -> Result<(), Refusal> {
        let account = self.account(order)?.object_id;
        self.grants
            .values_mut()
            .filter(|grant| grant.account == account)
            .for_each(change);
        Ok(())
    }

    /// Ends the access tokens of `user`, be it a person, an application or a machine; of everybody where none is named.
    fn expire_tokens(&mut self, order: &Order) -> Result<(), Refusal> {
        let Some(name) = order.text("user") else {
            self.tokens
                .values_mut()
                .for_each(|access| access.expires = jiff::Timestamp::MIN);
            return Ok(());
        };
        let ids = self.object_ids(name);
        if ids.is_empty() {
            return Err(Refusal::invalid(&format!(
                "there is no '{name}' who has tokens"
            )));
        }
        self.tokens
            .values_mut()
            .filter(|access| ids.contains(&access.principal.object_id))
            .for_each(|access| access.expires = jiff::Timestamp::MIN);
        Ok(())
    }

    fn object_ids(&self, name: &str) -> HashSet<Uuid> {
        let directory = &self.directory;
        let accounts = directory
            .accounts
            .iter()
            .map(|known| (known.role.as_str(), known.object_id));
        let applications = directory
            .applications
            .iter()
            .map(|known| (known.role, known.object_id));
        let machines = directory
            .managed_identities
            .iter()
            .map(|known| (known.role, known.object_id));
        accounts
            .chain(applications)
            .chain(machines)
            .filter(|(role, _)| *role == name)
            .map(|(_, id)| id)
            .collect()
    }

    fn revoke_consent(&mut self, order: &Order) -> Result<(), Refusal> {
        let client = self.application(order)?.client_id;
        self.account(order)?.consents.remove(&client);
        Ok(())
    }

    fn grant_consent(&mut self, order: &Order) -> Result<(), Refusal> {
        let client = self.application(order)?.client_id;
        self.account(order)?.consents.insert(client);
        Ok(())
    }

    /// Sets what the order has of the settings.
    fn set(&mut self, order: &Order) -> Result<(), Refusal> {
        let settings = &mut self.settings;
        for (name, place) in [
            ("token_seconds", &mut settings.token_seconds),
            ("refresh_seconds", &mut settings.refresh_seconds),
            ("code_seconds", &mut settings.code_seconds),
            ("device_seconds", &mut settings.device_seconds),
            ("interval_seconds", &mut settings.interval_seconds),
        ] {
            if let Some(seconds) = order.number(name) {
                *place = seconds;
            }
        }
        if order.arguments.contains_key("device_codes_blocked") {
            settings.device_codes_blocked = argument(order, "device_codes_blocked")?;
        }
        Ok(())
    }
}
