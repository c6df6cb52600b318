//! Starts a private nats-server and PostgreSQL, says where they are, and runs them until it is killed.
//!
//! `cargo run -p local --example servers -- DIRECTORY`

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args_os().nth(1).ok_or("give a directory")?);
    let tools = Tools::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools"));
    let nats = Nats::start(&tools, &directory.join("nats"), NatsOptions::default()).await?;
    let postgres = Postgres::start(
        &tools,
        &directory.join("postgres"),
        PostgresOptions::default(),
    )
    .await?;
    let mut out = std::io::stdout();
    writeln!(out, "{} {}", nats.pid(), nats.url())?;
    writeln!(out, "{} {}", postgres.pid(), postgres.url("postgres"))?;
    std::future::pending().await
}
