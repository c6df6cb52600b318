//! A private PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::cluster::{Cluster, SUPERUSER};
use crate::process::Process;
use crate::run::{blocking, run_with};
use crate::{Error, Logins, PostgresServer, Tools};

const STOP_WITHIN: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);

/// How a private PostgreSQL is set up.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The port; a free one when absent.
    pub port: Option<u16>,
    /// For tests: nothing is flushed to the disk, so a power cut would ruin it. Killing the server does not.
    pub fast: bool,
    /// For tests: the data are deleted when the handle is dropped.
    pub ephemeral: bool,
    /// How many clients may connect.
    pub max_connections: u32,
    /// The server's own cache, as it writes it: `256MB`.
    pub shared_buffers: String,
    /// More settings, as in postgresql.conf.
    pub settings: Vec<(String, String)>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            port: None,
            fast: false,
            ephemeral: false,
            max_connections: 100,
            shared_buffers: "128MB".to_owned(),
            settings: Vec::new(),
        }
    }
}

/// A running private PostgreSQL. It ends when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    cluster: Cluster,
    port: u16,
}

impl Postgres {
    /// Starts a server with its data in `directory`, which is set up the first time, and waits until it is ready.
    pub async fn start(
        tools: &Tools,
        directory: &Path,
        options: PostgresOptions,
    ) -> Result<Self, Error> {
        let server = tools.postgres().await?;
        let directory = directory.to_owned();
        let cluster = blocking(move || Cluster::open(server, &directory, options)).await?;
        let (process, port) = cluster.start(cluster.options.port).await?;
        Ok(Self {
            process,
            cluster,
            port,
        })
    }

    /// Where clients connect to a database, as the superuser `postgres`.
    pub fn url(&self, database: &str) -> String {
        self.url_with(SUPERUSER, &self.cluster.password, database)
    }

    /// The same as another role.
    pub fn url_as(&self, logins: &Logins, role: &str, database: &str) -> Result<String, Error> {
        Ok(self.url_with(role, logins.password(role)?, database))
    }

    fn url_with(&self, role: &str, password: &str, database: &str) -> String {
        format!(
            "postgres://{role}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Lets roles log in by new passwords.
    pub async fn log_in<'a>(
        &self,
        roles: impl IntoIterator<Item = &'a str>,
    ) -> Result<Logins, Error> {
        let logins = Logins::random(roles)?;
        let statements: Vec<String> = logins
            .all()
            .iter()
            .map(|(role, password)| {
                format!("ALTER ROLE {} LOGIN PASSWORD '{password}';", quoted(role))
            })
            .collect();
        self.sql("postgres", &statements.concat()).await?;
        Ok(logins)
    }

    /// Its port; it stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Which server it is.
    pub fn server(&self) -> &PostgresServer {
        &self.cluster.server
    }

    /// Where it writes its log.
    pub fn log(&self) -> PathBuf {
        self.cluster.log()
    }

    /// Makes an empty database.
    pub async fn create_database(&self, name: &str) -> Result<(), Error> {
        self.sql("postgres", &format!("CREATE DATABASE {}", quoted(name)))
            .await
            .map(drop)
    }

    /// Makes a database as a copy of another that nobody is connected to: much faster than migrations.
    pub async fn copy_database(&self, template: &str, name: &str) -> Result<(), Error> {
        let statement = format!(
            "CREATE DATABASE {} TEMPLATE {}",
            quoted(name),
            quoted(template)
        );
        self.sql("postgres", &statement).await.map(drop)
    }

    /// Deletes a database, whoever is connected to it.
    pub async fn drop_database(&self, name: &str) -> Result<(), Error> {
        self.sql(
            "postgres",
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name)),
        )
        .await
        .map(drop)
    }

    /// Runs a statement by psql and gives its rows as lines of `|`-separated values.
    pub async fn sql(&self, database: &str, statement: &str) -> Result<String, Error> {
        let mut psql = Command::new(self.cluster.server.programs.join("psql"));
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--host=127.0.0.1",
        ])
        .args([
            format!("--port={}", self.port),
            format!("--username={SUPERUSER}"),
            format!("--dbname={database}"),
        ])
        .env("PGPASSWORD", &self.cluster.password);
        // Others see command lines, and a statement may hold a password.
        let statement = statement.to_owned();
        blocking(move || run_with(&mut psql, statement.as_bytes()))
            .await
            .map(|output| output.trim_end().to_owned())
    }

    /// Ends it in an orderly way: clients are disconnected, all is written.
    pub async fn stop(&mut self) -> Result<(), Error> {
        self.process.stop(Signal::INT, STOP_WITHIN).await.map(drop)
    }

    /// Kills the postmaster, as `kill -9` does; its other processes notice, and end.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same port with the same data. Kills it first if it still runs.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.kill();
        let (process, _) = self.cluster.start(Some(self.port)).await?;
        self.process = process;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.cluster.options.ephemeral {
            self.process.kill();
            // A backend that still writes its last file may be in the way once.
            if fs::remove_dir_all(&self.cluster.directory).is_err() {
                std::thread::sleep(PAUSE);
                let _ = fs::remove_dir_all(&self.cluster.directory);
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
