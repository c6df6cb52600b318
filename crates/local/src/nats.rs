//! A private nats-server.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;

use crate::process::{Plan, Process};
use crate::{Error, Logins, NatsServer, Tools, free_port, place};

const READY_WITHIN: Duration = Duration::from_secs(20);
const STOP_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
const ATTEMPTS: usize = 5;

/// How a private nats-server is set up.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// The port; a free one when absent.
    pub port: Option<u16>,
    /// The most bytes that streams may be promised in files. It is not what the disk has free: the server's own limit,
    /// three quarters of that, refuses Adit's streams on a small disk before a byte is written.
    pub max_file_store: u64,
    /// The most bytes that JetStream may keep in memory.
    pub max_memory_store: Option<u64>,
    /// Whether each acknowledged message is on the disk, as in production. Without it a power cut loses young streams.
    pub sync_always: bool,
    /// More configuration, such as users and permissions.
    pub extra: String,
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            port: None,
            max_file_store: 64 << 30,
            max_memory_store: None,
            sync_always: true,
            extra: String::new(),
        }
    }
}

/// A running private nats-server. It ends when this is dropped.
#[derive(Debug)]
pub struct Nats {
    process: Process,
    server: NatsServer,
    directory: PathBuf,
    options: NatsOptions,
    port: u16,
    _lock: File,
}

impl Nats {
    /// Starts a server with its data in `directory`, and waits until it is ready.
    pub async fn start(
        tools: &Tools,
        directory: &Path,
        options: NatsOptions,
    ) -> Result<Self, Error> {
        let server = tools.nats_server().await?;
        let directory = place::owned_by(None, directory)?;
        let lock = place::lock(&directory)?;
        let (process, port) = start(&server, &directory, &options, options.port).await?;
        Ok(Self {
            process,
            server,
            directory,
            options,
            port,
            _lock: lock,
        })
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The same with a login in it.
    pub fn url_as(&self, logins: &Logins, user: &str) -> Result<String, Error> {
        let password = logins.password(user)?;
        Ok(format!("nats://{user}:{password}@127.0.0.1:{}", self.port))
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
    pub fn server(&self) -> &NatsServer {
        &self.server
    }

    /// Where it writes its log.
    pub fn log(&self) -> PathBuf {
        log(&self.directory)
    }

    /// Ends it in an orderly way.
    pub async fn stop(&mut self) -> Result<(), Error> {
        self.process.stop(Signal::TERM, STOP_WITHIN).await.map(drop)
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same port with the same data. Kills it first if it still runs.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.kill();
        let (process, _) = start(
            &self.server,
            &self.directory,
            &self.options,
            Some(self.port),
        )
        .await?;
        self.process = process;
        Ok(())
    }

    /// Kills it, deletes all that JetStream stored, starts it again: the loss of a disk.
    pub async fn wipe(&mut self) -> Result<(), Error> {
        self.process.kill();
        match fs::remove_dir_all(store(&self.directory)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::system("wipe JetStream's files")(error));
            }
            _ => {}
        }
        self.restart().await
    }
}

fn log(directory: &Path) -> PathBuf {
    directory.join("nats-server.log")
}

fn store(directory: &Path) -> PathBuf {
    directory.join("jetstream")
}

async fn start(
    server: &NatsServer,
    directory: &Path,
    options: &NatsOptions,
    wanted: Option<u16>,
) -> Result<(Process, u16), Error> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let port = wanted.map_or_else(free_port, Ok)?;
        // Which server answers on a port is told by its name: a free port may be taken by another in between.
        let name = format!("adit-{}-{port}-{attempt}", std::process::id());
        let configuration = directory.join("nats-server.conf");
        let text = configure(&name, port, &store(directory), options);
        fs::write(&configuration, text)
            .map_err(Error::system(format!("write {}", configuration.display())))?;
        let mut process = Process::start(&Plan {
            name: "nats-server".to_owned(),
            program: server.program.clone(),
            arguments: vec!["--config".into(), configuration.into()],
            environment: Vec::new(),
            user: None,
            log: log(directory),
            end: Signal::TERM,
        })?;
        match wait_until_ready(&mut process, port, &name).await {
            Ok(()) => return Ok((process, port)),
            Err(error)
                if attempt >= ATTEMPTS
                    || !process.log_tail().contains("address already in use") =>
            {
                return Err(error);
            }
            Err(_) => {}
        }
    }
}

fn configure(name: &str, port: u16, store: &Path, options: &NatsOptions) -> String {
    let mut lines = vec![
        format!("server_name: {name}"),
        format!("listen: \"127.0.0.1:{port}\""),
        "jetstream {".to_owned(),
        format!("  store_dir: {:?}", store.display().to_string()),
        format!("  max_file_store: {}", options.max_file_store),
    ];
    lines.extend(
        options
            .max_memory_store
            .map(|bytes| format!("  max_memory_store: {bytes}")),
    );
    lines.extend(
        options
            .sync_always
            .then(|| "  sync_interval: always".to_owned()),
    );
    lines.extend(["}".to_owned(), options.extra.clone(), String::new()]);
    lines.join("\n")
}

async fn wait_until_ready(process: &mut Process, port: u16, name: &str) -> Result<(), Error> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        if let Some(status) = process.ended() {
            return Err(process.did_not_start(format!("it ended ({status})")));
        }
        // The server greets with its name once JetStream has recovered.
        if greeting(port)
            .await
            .is_some_and(|greeting| greeting.contains(&format!("\"{name}\"")))
        {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(process.did_not_start(format!(
                "it was not ready within {} s",
                READY_WITHIN.as_secs()
            )));
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn greeting(port: u16) -> Option<String> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.ok()?);
    let mut line = String::new();
    // Whoever else has the port may say nothing.
    tokio::time::timeout(Duration::from_secs(1), stream.read_line(&mut line))
        .await
        .ok()?
        .ok()?;
    Some(line)
}
