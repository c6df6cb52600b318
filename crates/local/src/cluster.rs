//! PostgreSQL's data directory ("cluster" is its own word), and how the server is started on it.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::login::random_password;
use crate::process::{Plan, Process, tail};
use crate::run::run;
use crate::user::{User, become_user};
use crate::{Error, PostgresOptions, PostgresServer, free_port, place};

pub(crate) const SUPERUSER: &str = "postgres";
const READY_WITHIN: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);
const ATTEMPTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// What stays the same over restarts.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) server: PostgresServer,
    user: Option<User>,
    pub(crate) directory: PathBuf,
    pub(crate) password: String,
    pub(crate) options: PostgresOptions,
    _lock: File,
}

impl Cluster {
    /// Takes the directory, and sets it up the first time. Blocks for half a second then.
    pub(crate) fn open(
        server: PostgresServer,
        directory: &Path,
        options: PostgresOptions,
    ) -> Result<Self, Error> {
        let user = User::unprivileged();
        let directory = place::owned_by(user.as_ref(), directory)?;
        let lock = place::lock(&directory)?;
        let password = password(&directory)?;
        let cluster = Self {
            server,
            user,
            directory,
            password,
            options,
            _lock: lock,
        };
        cluster.set_up()?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("postgresql.log")
    }

    /// Runs initdb once. A folder named `data` is complete; one that was interrupted has another name.
    fn set_up(&self) -> Result<(), Error> {
        let data = self.data();
        if let Ok(made_by) = fs::read_to_string(data.join("PG_VERSION")) {
            let made_by = made_by.trim().to_owned();
            let version = self.server.version;
            if made_by == version.0.to_string() {
                return Ok(());
            }
            return Err(Error::OtherVersion {
                data,
                made_by,
                version: version.to_string(),
            });
        }
        let unfinished = self.directory.join("data.unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)
                .map_err(Error::system(format!("remove {}", unfinished.display())))?;
        }
        let secret = self.directory.join("password.initdb");
        write_secret(&secret, &self.password, self.user.as_ref())?;
        let mut initdb = Command::new(self.server.programs.join("initdb"));
        become_user(&mut initdb, self.user.as_ref());
        // The C locale is everywhere, and sorts alike everywhere.
        initdb.args([
            "--encoding=UTF8",
            "--locale=C",
            "--auth=scram-sha-256",
            "--no-instructions",
        ]);
        initdb
            .arg(format!("--username={SUPERUSER}"))
            .current_dir("/");
        initdb
            .arg("--pwfile")
            .arg(&secret)
            .arg("--pgdata")
            .arg(&unfinished);
        if self.options.fast {
            initdb.arg("--no-sync");
        }
        let made = run(&mut initdb);
        let _ = fs::remove_file(&secret);
        made?;
        fs::rename(&unfinished, &data).map_err(Error::system(format!("make {}", data.display())))
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&self, wanted: Option<u16>) -> Result<(Process, u16), Error> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let port = wanted.map_or_else(free_port, Ok)?;
            // Each attempt is judged by its own log.
            let _ = fs::remove_file(self.log());
            let mut process = Process::start(&self.plan(port))?;
            match self.wait_until_ready(&mut process).await {
                Ok(()) => return Ok((process, port)),
                // Somebody took the port, or the processes of a killed server are still on their way out.
                Err(_) if attempt < ATTEMPTS && is_passing(&tail(&self.log())) => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn plan(&self, port: u16) -> Plan {
        let options = &self.options;
        let mut settings = vec![
            ("port", port.to_string()),
            ("listen_addresses", "127.0.0.1".to_owned()),
            // A path to a socket is limited to 107 bytes, and a folder below target/ is easily longer.
            ("unix_socket_directories", String::new()),
            ("max_connections", options.max_connections.to_string()),
            ("shared_buffers", options.shared_buffers.clone()),
            ("logging_collector", "off".to_owned()),
        ];
        if options.fast {
            // Not synchronous_commit: without it a killed server forgets its last commits.
            settings.extend(["fsync", "full_page_writes"].map(|name| (name, "off".to_owned())));
        }
        settings.extend(
            options
                .settings
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone())),
        );
        let mut arguments = vec!["-D".into(), self.data().into()];
        arguments.extend(
            settings
                .into_iter()
                .flat_map(|(name, value)| ["-c".into(), format!("{name}={value}").into()]),
        );
        Plan {
            name: "PostgreSQL".to_owned(),
            program: self.server.programs.join("postgres"),
            arguments,
            environment: Vec::new(),
            user: self.user.clone(),
            log: self.log(),
            end: Signal::INT,
        }
    }

    async fn wait_until_ready(&self, process: &mut Process) -> Result<(), Error> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Some(status) = process.ended() {
                return Err(process.did_not_start(format!("it ended ({status})")));
            }
            if self.is_ready(process.pid()) {
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

    /// The server writes its state into postmaster.pid: its pid on line 1, "ready" on line 8. `pg_ctl --wait` looks there too.
    fn is_ready(&self, pid: u32) -> bool {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = text.lines().map(str::trim);
        lines.next() == Some(&pid.to_string()) && lines.nth(6) == Some("ready")
    }
}

fn is_passing(log: &str) -> bool {
    [
        "Address already in use",
        "is still in use",
        "lock file \"postmaster.pid\" already exists",
    ]
    .iter()
    .any(|text| log.contains(text))
}

/// Other users of the machine reach the loopback address as well, so the server asks for a password that only we can read.
fn password(directory: &Path) -> Result<String, Error> {
    let path = directory.join("password");
    if let Ok(password) = fs::read_to_string(&path)
        && !password.is_empty()
    {
        return Ok(password);
    }
    let password = random_password()?;
    write_secret(&path, &password, None)?;
    Ok(password)
}

fn write_secret(path: &Path, secret: &str, owner: Option<&User>) -> Result<(), Error> {
    let doing = || format!("write {}", path.display());
    let _ = fs::remove_file(path);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = file.map_err(Error::system(doing()))?;
    file.write_all(secret.as_bytes())
        .map_err(Error::system(doing()))?;
    match owner {
        Some(user) => chown(path, Some(user.uid), Some(user.gid)).map_err(Error::system(doing())),
        None => Ok(()),
    }
}
