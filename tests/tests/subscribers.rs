//! Somebody else's client reads the public records, and sees what ours see.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use bus::{RecordMessage, Since};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use testkit::{Stack, StackOptions, programs};
use tokio::{task::spawn_blocking, time::timeout};
use wire::subject;

#[cfg(test)]
mod client {
    pub(crate) mod python;
}

const PATIENCE: Duration = Duration::from_mins(4);

/// All records of a first sync, read by three clients: the crate `bus`, the command line, and a Python program on nats-py.
#[tokio::test]
async fn python_and_the_command_line_print_what_a_rust_client_sees() -> anyhow::Result<()> {
    let stack = Stack::start(&StackOptions::default()).await?;
    stack.connect().await?;
    stack.settle(PATIENCE).await?;
    // Each row was told at least once.
    let records = stack.row_versions().await?.len();
    let tail = stack
        .bus
        .tail(subject::RECORDS.to_owned(), Since::Beginning)
        .take(records)
        .map_err(anyhow::Error::new)
        .and_then(async |record| envelope(&record))
        .try_collect::<Vec<_>>();
    let seen = timeout(PATIENCE, tail).await??;

    let count = records.to_string();
    let nats = stack.nats.url_as(&stack.nats_logins, "subscriber")?;
    let organization = stack.emulator.organization_id.to_string();
    let python = python()?;
    let mut subscriber = Command::new(&python.program);
    subscriber
        .arg(python.example)
        .args(["--since", "beginning", "--count", &count, "--timeout", "60"])
        .args(["--organization", &organization])
        .arg("--cache")
        .arg(&python.cache)
        .env("NATS_URL", &nats);
    let nats = stack.nats.url_as(&stack.nats_logins, "adit")?;
    let mut adit = Command::new(programs()?.join("adit"));
    adit.args(["records", "tail", "--output", "json"])
        .args(["--since", "beginning", "--count", &count])
        .env("NATS_URL", &nats);
    let (by_python, by_adit) = (lines(subscriber).await?, lines(adit).await?);
    for (who, printed) in [("python", &by_python), ("adit", &by_adit)] {
        assert_eq!(printed.len(), seen.len(), "{who}");
        for (printed, seen) in printed.iter().zip(&seen) {
            assert_eq!(&envelope_of(printed), seen, "{who}");
        }
    }
    for (python, adit) in by_python.iter().zip(&by_adit) {
        assert_eq!(
            plain(&python["record"]),
            plain(&adit["record"]),
            "the record {}",
            python["key"]
        );
    }
    stack.passed()
}

/// What stands around a record, as our own client gets it.
fn envelope(record: &RecordMessage) -> anyhow::Result<Value> {
    let header = |name: &str| {
        let value = record.headers.get(name);
        value.with_context(|| format!("no {name}: {record:?}"))
    };
    let tokens: Vec<&str> = record.subject.split('.').collect();
    let [_, _, _, organization, project, domain, entity] = tokens[..] else {
        anyhow::bail!("published on {}", record.subject);
    };
    Ok(json!({
        "sequence": record.sequence,
        "operation": header("Adit-Operation")?,
        "organization_id": organization,
        "project_id": if project == "-" { "" } else { project },
        "domain": domain,
        "entity": entity.replace('-', "_"),
        "key": header("Adit-Key")?,
        "hash": header("Adit-Hash")?,
    }))
}

/// What stands around a record, as it was printed.
fn envelope_of(printed: &Value) -> Value {
    let text = |name: &str| printed[name].as_str().unwrap_or_default();
    json!({
        "sequence": printed["sequence"],
        "operation": text("operation"),
        "organization_id": text("organization_id"),
        "project_id": text("project_id"),
        "domain": text("domain"),
        "entity": text("entity"),
        "key": text("key"),
        "hash": text("hash"),
    })
}

/// The same value for the same thing: protobuf's JSON writes large numbers as text, and fractions of seconds in threes.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::String(text) => {
            let time = text.strip_suffix('Z').filter(|time| time.contains('.'));
            let short = time.map(|time| format!("{}Z", time.trim_end_matches('0')));
            json!(short.as_deref().unwrap_or(text))
        }
        Value::Number(number) => json!(number.to_string()),
        other => other.clone(),
    }
}

/// Runs a program to its end, and reads what it printed, one JSON object a line.
async fn lines(mut program: Command) -> anyhow::Result<Vec<Value>> {
    let output = spawn_blocking(move || program.output()).await??;
    ensure!(
        output.status.success(),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

/// A Python that has what the example needs.
struct Python {
    program: PathBuf,
    example: PathBuf,
    cache: PathBuf,
}

fn python() -> anyhow::Result<Python> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/python");
    Ok(Python {
        program: client::python::environment("python", &example.join("requirements.txt"))?,
        example: example.join("subscribe.py"),
        cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("classes"),
    })
}
