//! Somebody else's client reads the emulator: Microsoft's `azure-devops` from PyPI.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use emulator::{Emulator, Running, Seed};

const PACKAGE: &str = "azure-devops==7.1.0b4";

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_client_reads_the_ground_truth() {
    let python = environment();
    let emulator = Emulator::make(Seed::default()).unwrap();
    let running = Running::start(emulator, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let seed = running.emulator().seed().clone();
    let cache = tempfile();
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/azure_devops_client.py"))
        .args([running.url(), seed.organization, seed.pat])
        // The client remembers routes by host and port in the home directory: ports come back with other worlds.
        .env("AZURE_DEVOPS_CACHE_DIR", &cache);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    running.stop().await;
    assert!(output.status.success(), "{}", told(&output));
    println!("{}", told(&output));
}

fn tempfile() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// A Python environment with the package: made once, kept under the target directory.
fn environment() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{}", PACKAGE.replace("==", "-")));
    let python = directory.join("bin/python");
    let works = |python: &Path| {
        Command::new(python).args(["-c", "import azure.devops"]).output().is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return python;
    }
    let remedy = format!(
        "this test needs python3 with venv and, once, PyPI: make the environment by hand with\n  python3 -m venv {0} && {0}/bin/pip install {PACKAGE}",
        directory.display()
    );
    for (program, arguments) in [
        (Path::new("python3"), vec!["-m", "venv", directory.to_str().unwrap()]),
        (directory.join("bin/pip").as_path(), vec!["install", "--quiet", "--disable-pip-version-check", PACKAGE]),
    ] {
        let output = Command::new(program).args(&arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{} does not start: {error}; {remedy}", program.display()));
        assert!(output.status.success(), "{} {arguments:?} failed: {}\n{remedy}", program.display(), told(&output));
    }
    assert!(works(&python), "the environment does not import azure.devops; {remedy}");
    python
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
