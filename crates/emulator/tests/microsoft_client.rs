//! Somebody else's clients read the emulator and sign in to it: Microsoft's `azure-devops`, `msal` and `azure-identity`
//! from `PyPI`.

#[cfg(test)]
mod client {
    pub(crate) mod python;
}

use std::{path::Path, process::Command};

use client::python;
use emulator::{Emulator, Running, Seed};

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_client_reads_the_ground_truth() {
    let python = python::environment(&python::AZURE_DEVOPS);
    let emulator = Emulator::make(Seed::default()).unwrap();
    let running = Running::start(emulator, "127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let seed = running.emulator().seed().clone();
    let cache = python::cache();
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/azure_devops_client.py"))
        .args([running.url(), seed.organization, seed.pat])
        // The client remembers routes by host and port in the home directory: ports come back with other worlds.
        .env("AZURE_DEVOPS_CACHE_DIR", &cache);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    running.stop().await;
    assert!(output.status.success(), "{}", python::told(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_clients_sign_in_every_way() {
    let python = python::environment(&python::IDENTITY);
    let emulator = Emulator::make(Seed::default()).unwrap();
    let running = Running::start(emulator, "127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/sign_in.py"))
        .arg(running.url());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    running.stop().await;
    assert!(output.status.success(), "{}", python::told(&output));
    let told = python::told(&output);
    assert_eq!(told.matches("ok    ").count(), 17, "{told}");
}
