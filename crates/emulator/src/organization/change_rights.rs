//! Changes of rights, licences, services and organizations.

use std::sync::Arc;

use super::{Domain, Entitlements, Licence, Standing, User};
use crate::{
    change::{Changed, Order, Outcome},
    refusal::Refusal,
    world::World,
};

/// Carries out the kinds of this part: none touches a row.
pub(super) fn change(world: &mut World, order: &Order) -> Outcome {
    let done = match order.kind.as_str() {
        "deny_right" => set_right(world, order, false),
        "allow_right" => set_right(world, order, true),
        "set_licence" => set_licence(world, order),
        "switch_off" => switch(world, order, false),
        "switch_on" => switch(world, order, true),
        "set_organization_state" => set_standing(world, order),
        _ => return None,
    };
    Some(done.map(|()| Vec::<Changed>::new()))
}

fn unknown(what: &str, name: Option<&str>) -> Refusal {
    Refusal::invalid(&format!(
        "there is no {what} '{}'",
        name.unwrap_or_default()
    ))
}

/// `{"user", "project", "right": a domain}`, or `{"user", "right": "entitlements"}`.
fn set_right(world: &mut World, order: &Order, allow: bool) -> Result<(), Refusal> {
    if order.text("right") == Some("entitlements") {
        let user = user(world, order)?;
        user.entitlements = match (allow, user.administers()) {
            (false, _) => Entitlements::None,
            (true, true) => Entitlements::All,
            (true, false) => Entitlements::Own,
        };
        return Ok(());
    }
    let project = world.organization.named(order)?;
    let domain = domain(order, "right")?;
    let withheld = &mut user(world, order)?.withheld;
    if allow {
        withheld.remove(&(project, domain));
    } else {
        withheld.insert((project, domain));
    }
    Ok(())
}

fn set_licence(world: &mut World, order: &Order) -> Result<(), Refusal> {
    let asked = order.text("licence");
    let licence = asked
        .and_then(Licence::called)
        .ok_or_else(|| unknown("licence", asked))?;
    user(world, order)?.licence = licence;
    Ok(())
}

/// Switches a service of a project; code of both kinds is one.
fn switch(world: &mut World, order: &Order, on: bool) -> Result<(), Refusal> {
    let project = world.organization.named(order)?;
    let feature = domain(order, "domain")?.feature();
    let off = &mut world.organization.switched_off;
    if on {
        off.remove(&(project, feature));
    } else {
        off.insert((project, feature));
    }
    Ok(())
}

fn set_standing(world: &mut World, order: &Order) -> Result<(), Refusal> {
    let asked = order.text("state");
    let standing = asked
        .and_then(Standing::called)
        .ok_or_else(|| unknown("state", asked))?;
    let name = order.text("organization");
    if name.is_none_or(|name| world.organization.is_called(name)) {
        world.organization.standing = standing;
        return Ok(());
    }
    let neighbour = world
        .neighbours
        .iter_mut()
        .find(|neighbour| name.is_some_and(|name| neighbour.is_called(name)))
        .ok_or_else(|| unknown("organization", name))?;
    neighbour.standing = standing;
    Ok(())
}

fn domain(order: &Order, argument: &str) -> Result<Domain, Refusal> {
    let word = order.text(argument);
    word.and_then(Domain::called)
        .ok_or_else(|| unknown("domain", word))
}

fn user<'w>(world: &'w mut World, order: &Order) -> Result<&'w mut User, Refusal> {
    let role = order.text("user").unwrap_or("reader");
    world
        .organization
        .users
        .iter_mut()
        .find(|user| user.role == role)
        .map(Arc::make_mut)
        .ok_or_else(|| unknown("user", Some(role)))
}
