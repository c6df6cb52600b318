//! Who is let in, and what becomes of a service that may not do its work.

use std::time::Duration;

use anyhow::Context as _;
use bus::Bus;
use local::{Service, ServiceOptions};
use nkeys::KeyPair;

use super::{
    raw::Raw,
    servers::{Place, Server, tools},
};

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/nats");

#[tokio::test]
async fn nobody_is_let_in_without_the_password_of_a_user() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let port = server.nats.port();
    let password = server.logins.password("fetch-git")?;
    for login in [
        None,
        Some(("", "")),
        Some(("fetch-git", "")),
        Some(("fetch-git", "wrong")),
        Some(("auth", password)),
        Some(("stranger", password)),
    ] {
        let refusal = Raw::connect(port, login).await?.err();
        let refusal = refusal.context("somebody was let in")?;
        assert!(refusal.contains("Authorization Violation"), "{refusal}");
    }
    assert!(
        Raw::connect(port, Some(("fetch-git", password)))
            .await?
            .is_ok()
    );
    Ok(())
}

/// The configuration as it is deployed, but for the address and the directory.
#[tokio::test]
async fn the_deployed_configuration_knows_each_service_by_its_nkey() -> anyhow::Result<()> {
    let place = Place::new()?;
    let text = std::fs::read_to_string(format!("{DEPLOY}/nats-server.conf"))?;
    for needed in ["sync_interval: always", "include \"permissions.conf\""] {
        assert!(text.contains(needed), "{needed}");
    }
    for banned in [
        "no_auth_user",
        "http:",
        "http_port",
        "monitor_port",
        "allow_responses",
    ] {
        let said = text
            .lines()
            .any(|line| !line.trim().starts_with('#') && line.contains(banned));
        assert!(!said, "{banned}");
    }
    let port = local::free_port()?;
    let text = text
        .replace("0.0.0.0:4222", &format!("127.0.0.1:{port}"))
        .replace(
            "\"/data\"",
            &format!("{:?}", place.of("data").display().to_string()),
        );
    std::fs::write(place.of("nats-server.conf"), text)?;
    std::fs::copy(
        format!("{DEPLOY}/permissions.conf"),
        place.of("permissions.conf"),
    )?;
    let mut keys = Vec::new();
    let mut environment = vec![("NATS_SERVER_NAME".into(), "one".into())];
    for user in bus::Rights::table().users() {
        let key = KeyPair::new_user();
        environment.push((
            format!("{}_NKEY", user.block).into(),
            key.public_key().into(),
        ));
        keys.push((user.name.clone(), key));
    }
    let program = tools().nats_server().await?.program;
    let mut server = Service::spawn(ServiceOptions {
        name: "nats-server".to_owned(),
        program,
        arguments: vec!["--config".into(), place.of("nats-server.conf").into()],
        environment,
        log: place.of("log"),
    })?;
    for (user, key) in &keys {
        let options = bus::Options {
            login: bus::Login::Nkey(key.seed()?.into()),
            ..bus::Options::new(format!("nats://127.0.0.1:{port}"))
        };
        let bus = Bus::connect(user, &options)
            .await
            .with_context(|| server.log_tail())?;
        if user == "auth" {
            bus.provision().await?;
        }
        bus.close().await?;
    }
    let stranger = Raw::connect(port, None).await?.err();
    assert!(stranger.is_some_and(|refusal| refusal.contains("Authorization Violation")));
    server.terminate(Duration::from_secs(10)).await?;
    Ok(())
}

/// As fetch-boards with the name of fetch-git: everything that it needs is denied.
#[tokio::test]
async fn a_service_with_the_wrong_permissions_says_which_subject_and_where() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let place = Place::new()?;
    let password = server.logins.password("subscriber")?.to_owned();
    let mut service = Service::spawn(ServiceOptions {
        name: "fetch-git".to_owned(),
        program: testkit::programs()?.join("fetch-git"),
        arguments: Vec::new(),
        environment: [
            ("NATS_URL", server.nats.url()),
            ("NATS_USER", "subscriber".to_owned()),
            ("NATS_PASSWORD", password.clone()),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec(),
        log: place.of("log"),
    })?;
    let ended = service.wait(Duration::from_secs(30)).await?;
    let log = std::fs::read_to_string(place.of("log"))?;
    assert!(!ended.success(), "{log}");
    for expected in [
        "denies the user `fetch-git`",
        "$JS.API.STREAM.INFO.ADIT-JOBS",
        "deploy/nats/permissions.conf",
        "FETCH_GIT",
    ] {
        assert!(log.contains(expected), "{expected} is missing in {log}");
    }
    assert!(!log.contains(&password), "{log}");
    Ok(())
}
