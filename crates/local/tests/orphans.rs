//! Servers must not outlive those who started them, however these ended.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Cargo puts examples beside the folder of the tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("a test is a file");
    tests
        .ancestors()
        .nth(2)
        .expect("target/debug")
        .join("examples")
        .join(name)
}

fn is_alive(pid: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state
        .rsplit(')')
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

#[test]
fn servers_of_a_killed_process_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut owner = Command::new(example("servers"));
    let mut owner = owner
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines().take(2);
    let pids: Vec<String> = lines
        .map(|line| line.unwrap().split(' ').next().unwrap().to_owned())
        .collect();
    assert!(
        pids.len() == 2 && pids.iter().all(|pid| is_alive(pid)),
        "{pids:?}"
    );

    owner.kill().unwrap();
    owner.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while pids.iter().any(|pid| is_alive(pid)) {
        assert!(Instant::now() < deadline, "still there: {pids:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
