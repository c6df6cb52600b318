//! Child processes that never outlive us.
//!
//! Three nets, as none catches everything: the handle's drop ends the process; `setpriv --pdeathsig` has the kernel end it when
//! we are killed; and a process group of its own keeps the terminal's Ctrl-C from ending it before those who use it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::Error;
use crate::user::{User, become_user};

const POLL: Duration = Duration::from_millis(10);
/// How long a drop waits for a gentle end. It blocks, so it is short.
const DROP_TIME: Duration = Duration::from_secs(3);
const TAIL_LINES: usize = 20;
const TAIL_BYTES: usize = 4_000;

/// How to start a process.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// Added to the few variables that are passed on.
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) user: Option<User>,
    /// Standard output and error are appended to it.
    pub(crate) log: PathBuf,
    /// What ends it when its handle is dropped, or we are killed.
    pub(crate) end: Signal,
}

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    pid: Pid,
    log: PathBuf,
    end: Signal,
}

impl Process {
    pub(crate) fn start(plan: &Plan) -> Result<Self, Error> {
        let doing = || format!("start {}", plan.program.display());
        let log = OpenOptions::new().create(true).append(true).open(&plan.log);
        let log = log.map_err(Error::system(format!("write {}", plan.log.display())))?;
        let command = command(plan, log).map_err(Error::system(doing()))?;
        let child = launch(command).map_err(Error::system(doing()))?;
        Ok(Self {
            name: plan.name.clone(),
            pid: Pid::from_child(&child),
            child,
            log: plan.log.clone(),
            end: plan.end,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    pub(crate) fn signal(&mut self, signal: Signal) -> Result<(), Error> {
        if self.ended().is_some() {
            return Ok(());
        }
        // The child is not yet waited for, so its number cannot belong to anybody else.
        let sent = kill_process(self.pid, signal);
        sent.map_err(|error| Error::System {
            doing: format!("signal {}", self.name),
            source: error.into(),
        })
    }

    /// Signals, and waits for the end.
    pub(crate) async fn stop(
        &mut self,
        signal: Signal,
        within: Duration,
    ) -> Result<ExitStatus, Error> {
        self.signal(signal)?;
        self.wait(within).await
    }

    /// Waits for the end; after that time it is made.
    pub(crate) async fn wait(&mut self, within: Duration) -> Result<ExitStatus, Error> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                let tail = self.log_tail();
                self.kill();
                return Err(Error::DidNotEnd {
                    name: self.name.clone(),
                    seconds: within.as_secs(),
                    tail,
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Kills it and what it started, at once.
    pub(crate) fn kill(&mut self) {
        if self.ended().is_none() {
            // Refused only when there is nobody left.
            let _ = kill_process_group(self.pid, Signal::KILL);
            let _ = self.child.wait();
        }
    }

    /// Kills this process only, as an out-of-memory killer does.
    pub(crate) fn kill_alone(&mut self) -> Result<(), Error> {
        self.child
            .kill()
            .map_err(Error::system(format!("kill {}", self.name)))?;
        self.child
            .wait()
            .map_err(Error::system(format!("wait for {}", self.name)))?;
        Ok(())
    }

    pub(crate) fn did_not_start(&self, reason: impl Into<String>) -> Error {
        Error::DidNotStart {
            name: self.name.clone(),
            reason: reason.into(),
            log: self.log.clone(),
            tail: self.log_tail(),
        }
    }

    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.end == Signal::KILL {
            return self.kill();
        }
        let _ = self.signal(self.end);
        let deadline = Instant::now() + DROP_TIME;
        while self.ended().is_none() && Instant::now() < deadline {
            std::thread::sleep(POLL);
        }
        self.kill();
    }
}

fn command(plan: &Plan, log: File) -> io::Result<Command> {
    let mut command = match setpriv() {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command
                .arg("--pdeathsig")
                .arg(signal_name(plan.end))
                .arg("--")
                .arg(&plan.program);
            command
        }
        None => Command::new(&plan.program),
    };
    become_user(&mut command, plan.user.as_ref());
    command
        .args(&plan.arguments)
        .env_clear()
        .envs(passed_on())
        .envs(plan.environment.iter().map(|(name, value)| (name, value)))
        // The unprivileged user may have no access to where we are.
        .current_dir(if plan.user.is_some() {
            Path::new("/")
        } else {
            Path::new(".")
        })
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(command)
}

/// The few variables that a child gets from us: a developer's own settings must not reach a test or a demo.
fn passed_on() -> impl Iterator<Item = (OsString, OsString)> {
    const NAMES: [&str; 11] = [
        "PATH",
        "HOME",
        "USER",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "RUST_BACKTRACE",
        "LLVM_PROFILE_FILE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];
    NAMES
        .into_iter()
        .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)))
}

/// util-linux' setpriv, where it knows the death signal (busybox' does not).
fn setpriv() -> Option<&'static Path> {
    static SETPRIV: OnceLock<bool> = OnceLock::new();
    let known = SETPRIV.get_or_init(|| {
        let mut probe = Command::new("setpriv");
        probe
            .args(["--pdeathsig", "TERM", "true"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    });
    known.then_some(Path::new("setpriv"))
}

fn signal_name(signal: Signal) -> &'static str {
    match signal {
        Signal::QUIT => "QUIT",
        Signal::INT => "INT",
        Signal::KILL => "KILL",
        _ => "TERM",
    }
}

/// Starts the child from a thread that lives as long as we do. The kernel sends the death signal when the *thread* that
/// started the child ends (prctl(2)), and the threads of tests and of a runtime's pool come and go.
fn launch(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static LAUNCHER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let gone = || io::Error::other("the thread that starts processes has ended");
    let launcher = LAUNCHER.get_or_init(|| {
        let (orders, taken) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in taken {
                // Whoever asked may have been dropped meanwhile; then the child is ended by the drop of its handle.
                if let Err(mpsc::SendError(Ok(mut child))) = answer.send(command.spawn()) {
                    let _ = child.kill();
                    let _ = child.wait();
                }
            }
        });
        Mutex::new(orders)
    });
    let (answer, answered) = mpsc::channel();
    let orders = launcher
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    orders.send((command, answer)).map_err(|_| gone())?;
    answered.recv().map_err(|_| gone())?
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let end = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
    let text = String::from_utf8_lossy(end);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
