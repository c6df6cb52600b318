//! Where everything is, and what to try next.

use adit::{Column, Table};

use crate::house::House;
use crate::options::Options;
use crate::say::say;

/// Prints the addresses and three things to try.
pub(crate) fn tell(options: &Options, house: &House) -> anyhow::Result<()> {
    let (database, nats, world) = (house.database()?, house.nats_url()?, &house.world);
    let mut places = Table::new(["WHERE", ""].map(Column::left));
    places.row(["pages and HTTP API", &house.pages]);
    places.row([
        "token of the HTTP API",
        &house.token_file.display().to_string(),
    ]);
    places.row(["PostgreSQL", &database]);
    places.row(["NATS", &nats]);
    places.row([
        "Azure DevOps (emulated)",
        &format!("{}/_emulator/info", world.url),
    ]);
    for member in &house.services.members {
        places.row([
            format!("health of {}", member.name),
            format!("{}/readyz", member.health),
        ]);
    }
    places.row(["logs", &house.directory.of("logs").display().to_string()]);
    let psql = house.postgres.server().programs.join("psql");
    let adit = options.programs.join("adit");
    say(format_args!(
        "\n{places}
Try next, in another terminal:

1. Ask the database: who wrote the most lines?
   {} '{database}' -c 'SELECT author_name, count(*) AS commits, sum(lines_added) AS added FROM ado.commits GROUP BY 1 ORDER BY 3 DESC LIMIT 5'

2. Watch what changes:
   NATS_URL={nats} {} records tail --since 5m

3. While that runs, let a day's work happen in Azure DevOps; it arrives seconds later:
   curl -s -X POST {}/_emulator/change -H 'content-type: application/json' -d '{{\"kind\": \"random\", \"count\": 8}}'

Ctrl-C ends all of it.",
        psql.display(),
        adit.display(),
        world.url,
    ));
    Ok(())
}
