//! A door with nothing behind it but a page of everything that pages are made of: `cargo run -p front --example door`.
//!
//! It takes a PostgreSQL from `DATABASE_URL`, and writes the setup address to standard output as every service would.

use std::process::ExitCode;

use askama::Template;
use axum::Router;
use axum::routing::get;
use chassis::Lifecycle;
use front::{Door, Layout, Moment, NavigationEntry, Page};
use secrecy::ExposeSecret as _;
use store::Store;

chassis::secret_option! {
    /// Where the database is
    struct DatabaseUrl("database-url", "DATABASE_URL");
}

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    chassis: chassis::Options,

    #[command(flatten)]
    database: DatabaseUrl,

    #[command(flatten)]
    front: front::Options,
}

impl AsRef<chassis::Options> for Command {
    fn as_ref(&self) -> &chassis::Options {
        &self.chassis
    }
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    layout: Layout,
    at: Moment,
}

fn main() -> ExitCode {
    chassis::main(
        "door",
        env!("CARGO_PKG_VERSION"),
        |command: Command, lifecycle| async move { start(&command, &lifecycle).await },
    )
}

async fn start(command: &Command, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let url = command.database.required()?.read()?;
    let store = Store::connect(url.expose_secret(), "door", 4).await?;
    store.migrate().await?;
    let listener = front::listen(&command.front).await?;
    let door = Door::new(
        &command.front,
        listener.local_addr()?,
        store,
        chassis::clock,
    )?
    .with_navigation([NavigationEntry {
        label: "Gallery",
        path: "/gallery",
        administrators_only: false,
    }]);
    door.announce_setup().await?;
    let router = Router::new().route("/gallery", get(gallery));
    let serving = front::serve(listener, door.wrap(router), lifecycle.clone());
    lifecycle.spawn("http", serving);
    Ok(())
}

async fn gallery(layout: Layout) -> Page<Gallery> {
    Page(Gallery {
        layout,
        at: Moment(chassis::clock()),
    })
}
