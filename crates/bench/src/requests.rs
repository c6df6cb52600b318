//! What the syncs asked, beside what they got.

use wire::{Domain, proto::control::v1::EntityStatus};

use crate::{
    sync::Synced,
    table::{Table, number, seconds},
};

/// Requests by domain, as the emulator counted them; what belongs to none asks who we are.
pub(crate) fn by_domain(first: &Synced, idle: &Synced) -> Table<5> {
    let mut table = Table::new(["domain", "feeds", "rows", "first sync", "idle cycle"]);
    let domains = Domain::ALL.map(Some).into_iter().chain([None]);
    for domain in domains {
        let own = |entity: &&EntityStatus| domain.is_some_and(|own| own.name() == entity.domain);
        let entities = || first.status.entities.iter().filter(own);
        let requests = |synced: &Synced| {
            let all = synced.requests.iter();
            let own = all.filter(|(request, _)| domain_of(request) == domain);
            number(own.map(|(_, count)| count).sum())
        };
        table.row([
            domain.map_or("(connection)", Domain::name).to_owned(),
            number(entities().map(|entity| entity.feeds).sum()),
            number(entities().map(|entity| entity.rows).sum()),
            requests(first),
            requests(idle),
        ]);
    }
    let total = |synced: &Synced| number(synced.requests.values().sum());
    table.row([
        "all".to_owned(),
        number(first.status.entities.iter().map(|one| one.feeds).sum()),
        number(first.status.entities.iter().map(|one| one.rows).sum()),
        total(first),
        total(idle),
    ]);
    table
}

/// Requests by entity, as the runs counted them.
pub(crate) fn by_entity(first: &Synced, idle: &Synced) -> Table<7> {
    let mut table = Table::new([
        "entity",
        "feeds",
        "rows",
        "records",
        "requests",
        "run seconds",
        "idle requests",
    ]);
    for entity in &first.status.entities {
        let later = idle
            .status
            .entities
            .iter()
            .find(|later| later.entity == entity.entity)
            .map_or(0, |later| later.requests);
        table.row([
            entity.entity.clone(),
            number(entity.feeds),
            number(entity.rows),
            number(entity.records),
            number(entity.requests),
            seconds(entity.seconds),
            number(later.saturating_sub(entity.requests)),
        ]);
    }
    table
}

/// The domain that a request belongs to, by its path.
fn domain_of(request: &str) -> Option<Domain> {
    let parts = [
        ("/_apis/wit", Domain::Boards),
        ("/_apis/projects", Domain::Boards),
        ("/_apis/teams", Domain::Boards),
        ("/_apis/git", Domain::Git),
        ("/_git/", Domain::Git),
        ("/_apis/build", Domain::Pipelines),
        ("/_apis/tfvc", Domain::Tfvc),
    ];
    let part = parts.iter().find(|(part, _)| request.contains(part));
    part.map(|(_, domain)| *domain)
}
