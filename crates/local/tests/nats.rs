//! A real nats-server of one's own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;

use local::{Error, Nats, NatsOptions, Tools};

fn tools() -> Tools {
    Tools::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/tools"))
}

fn greeting(nats: &Nats) -> Option<String> {
    let stream = TcpStream::connect(("127.0.0.1", nats.port())).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    Some(line)
}

#[tokio::test]
async fn a_server_lives_through_restarts_and_ends_with_its_handle() {
    let directory = tempfile::tempdir().unwrap();
    let options = NatsOptions {
        max_file_store: 100_000_000,
        ..NatsOptions::default()
    };
    let mut nats = Nats::start(&tools(), directory.path(), options)
        .await
        .unwrap();
    let first = greeting(&nats).unwrap();
    assert!(first.contains("\"jetstream\":true"), "{first}");
    let url = nats.url();

    nats.kill();
    assert_eq!(greeting(&nats), None);
    nats.restart().await.unwrap();
    assert_eq!(nats.url(), url);
    assert_ne!(greeting(&nats), None);

    nats.stop().await.unwrap();
    nats.restart().await.unwrap();
    let port = nats.port();
    drop(nats);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn a_wiped_server_has_lost_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let mut nats = Nats::start(&tools(), directory.path(), NatsOptions::default())
        .await
        .unwrap();
    let treasure = directory.path().join("jetstream/treasure");
    std::fs::write(&treasure, "gold").unwrap();
    nats.wipe().await.unwrap();
    assert!(!treasure.exists());
    assert_ne!(greeting(&nats), None);
}

#[tokio::test]
async fn two_servers_cannot_share_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _nats = Nats::start(&tools(), directory.path(), NatsOptions::default())
        .await
        .unwrap();
    let second = Nats::start(&tools(), directory.path(), NatsOptions::default()).await;
    assert!(matches!(second, Err(Error::InUse(_))));
}

#[tokio::test]
async fn users_of_the_extra_configuration_are_required() {
    let directory = tempfile::tempdir().unwrap();
    let extra = "authorization { user: adit, password: secret }".to_owned();
    let options = NatsOptions {
        extra,
        ..NatsOptions::default()
    };
    let nats = Nats::start(&tools(), directory.path(), options)
        .await
        .unwrap();
    assert!(greeting(&nats).unwrap().contains("\"auth_required\":true"));
}

#[tokio::test]
async fn a_server_that_refuses_its_configuration_shows_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let options = NatsOptions {
        extra: "nonsense_setting: 1".to_owned(),
        ..NatsOptions::default()
    };
    let error = Nats::start(&tools(), directory.path(), options)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("nonsense_setting"), "{error}");
}

#[test]
fn a_server_outlives_the_thread_that_started_it() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_owned();
    let starts = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(Nats::start(&tools(), &place, NatsOptions::default()))
            .unwrap()
    });
    let nats = starts.join().unwrap();
    // The kernel sends the death signal with the end of the thread, and the server takes a moment to end.
    for _ in 0..20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_ne!(greeting(&nats), None);
    }
}
