#![doc = include_str!("../README.md")]

mod say;
mod table;

mod memory;
mod requests;
mod sync;

mod bare;
mod listing;
mod rows;
mod source;

use std::process::ExitCode;

use clap::Parser as _;
use testkit::{Stack, StackOptions};

use crate::say::say;
use crate::table::{Table, number, rate, seconds};

/// Measures a first sync beside the limits of this machine.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo xtask bench", version)]
struct Options {
    /// How large the emulated organization is
    #[arg(long, default_value = "medium", value_parser = ["small", "medium", "large"])]
    size: String,

    /// A setting of all services, as its variable and its value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("a setting is written as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn main() -> ExitCode {
    let options = Options::parse();
    let measured = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::new)
        .and_then(|runtime| runtime.block_on(measure(&options)));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// So many records in so many seconds.
#[derive(Clone, Copy, Debug)]
struct Figure {
    records: u64,
    seconds: f64,
}

impl Figure {
    fn per_second(self) -> f64 {
        rate(self.records, self.seconds)
    }
}

async fn measure(options: &Options) -> anyhow::Result<()> {
    let mut setup = StackOptions::default()
        .size(&options.size)
        .with("ADIT_RUN_LEASE", "60s")
        .durable();
    for (name, value) in &options.settings {
        setup = setup.with(name, value);
    }
    let mut stack = Stack::start(&setup).await?;
    say(format_args!(
        "size {}; {}; PostgreSQL flushes as in production",
        options.size,
        memory::machine()
    ));

    let first = sync::first(&stack).await?;
    let idle = sync::again(&stack, &first).await?;
    let memory = memory::peaks(&mut stack);
    let database = rows::measure(&stack).await?;
    let source = bare::measure(&stack).await?;

    say("\nRecords a second");
    let mut table = Table::new(["", "records", "seconds", "records/s"]);
    let figures = [
        ("first sync, end to end", first.figure),
        ("limit A: upsert of the same rows", database),
        ("limit B: bare reading of the source", source),
    ];
    for (name, figure) in figures {
        table.row([
            name.to_owned(),
            number(figure.records),
            seconds(figure.seconds),
            format!("{:.0}", figure.per_second()),
        ]);
    }
    say(table);
    let slower = database.per_second().min(source.per_second());
    let part = first.figure.per_second() / slower * 100.0;
    say(format_args!(
        "the first sync reaches {part:.0} % of the slower limit (aim: 50 %)"
    ));

    say("\nRequests, as the emulator counted them");
    say(requests::by_domain(&first, &idle));
    say("\nThe first sync, entity by entity");
    say(requests::by_entity(&first, &idle));
    say("\nPeak memory");
    say(memory);
    say(memory::machine());
    stack.passed()
}
