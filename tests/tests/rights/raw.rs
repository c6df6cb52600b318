//! A NATS client that keeps to no rules of ours: the protocol as it is written on the wire.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Raw(BufReader<TcpStream>);

/// What came on a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) subject: String,
    pub(crate) payload: Vec<u8>,
}

/// What the server said between a ping and its answer.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) errors: Vec<String>,
    pub(crate) heard: Vec<Heard>,
}

impl Raw {
    /// Connects; an inner error is what the server says when it does not let us in.
    pub(crate) async fn connect(
        port: u16,
        login: Option<(&str, &str)>,
    ) -> anyhow::Result<Result<Self, String>> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let mut raw = Self(BufReader::new(stream));
        let greeting = raw.line().await?;
        if !greeting.starts_with("INFO ") {
            bail!("greeted with {greeting}");
        }
        let mut connect = json!({
            "verbose": false, "pedantic": false, "headers": true, "no_responders": true, "protocol": 1,
            "lang": "test", "version": "0",
        });
        if let Some((user, password)) = login {
            connect["user"] = user.into();
            connect["pass"] = password.into();
        }
        raw.say(&format!("CONNECT {connect}")).await?;
        let round = raw.round().await;
        Ok(match round {
            Ok(round) if round.errors.is_empty() => Ok(raw),
            Ok(round) => Err(round.errors.join("; ")),
            Err(error) => Err(error.to_string()),
        })
    }

    pub(crate) async fn publish(
        &mut self,
        subject: &str,
        reply: Option<&str>,
        payload: &[u8],
    ) -> anyhow::Result<()> {
        let reply = reply.map(|reply| format!("{reply} ")).unwrap_or_default();
        let mut message = format!("PUB {subject} {reply}{}\r\n", payload.len()).into_bytes();
        message.extend_from_slice(payload);
        message.extend_from_slice(b"\r\n");
        Ok(self.0.write_all(&message).await?)
    }

    pub(crate) async fn publish_with(
        &mut self,
        subject: &str,
        headers: &[(&str, String)],
        payload: &[u8],
    ) -> anyhow::Result<()> {
        let mut lines = vec!["NATS/1.0".to_owned()];
        lines.extend(
            headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        lines.extend([String::new(), String::new()]);
        let headers = lines.join("\r\n");
        let (length, total) = (headers.len(), headers.len() + payload.len());
        let mut message = format!("HPUB {subject} {length} {total}\r\n{headers}").into_bytes();
        message.extend_from_slice(payload);
        message.extend_from_slice(b"\r\n");
        Ok(self.0.write_all(&message).await?)
    }

    pub(crate) async fn subscribe(
        &mut self,
        subject: &str,
        group: Option<&str>,
    ) -> anyhow::Result<()> {
        let group = group.map(|group| format!("{group} ")).unwrap_or_default();
        self.say(&format!("SUB {subject} {group}1")).await
    }

    /// What the server says until it has read all that was said.
    pub(crate) async fn round(&mut self) -> anyhow::Result<Round> {
        self.say("PING").await?;
        let mut round = Round::default();
        loop {
            let line = match self.line().await {
                Ok(line) => line,
                // The server says why, and closes the connection.
                Err(_) if !round.errors.is_empty() => return Ok(round),
                Err(error) => return Err(error),
            };
            if line == "PONG" {
                return Ok(round);
            }
            if line == "PING" {
                self.say("PONG").await?;
            } else if let Some(error) = line.strip_prefix("-ERR ") {
                round.errors.push(error.to_owned());
            } else if line.starts_with("MSG ") || line.starts_with("HMSG ") {
                round.heard.push(self.message(&line).await?);
            } else if !line.starts_with("INFO ") && line != "+OK" {
                bail!("the server said {line}");
            }
        }
    }

    /// Rounds until something is heard.
    pub(crate) async fn until_heard(&mut self) -> anyhow::Result<Vec<Heard>> {
        let heard = async {
            loop {
                let round = self.round().await?;
                if !round.heard.is_empty() {
                    return Ok(round.heard);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, heard)
            .await
            .context("nothing was heard")?
    }

    /// `MSG <subject> <sid> [reply] <bytes>`, or `HMSG <subject> <sid> [reply] <header bytes> <bytes>`.
    async fn message(&mut self, line: &str) -> anyhow::Result<Heard> {
        let words: Vec<&str> = line.split(' ').collect();
        let subject = words.get(1).context("a subject")?.to_string();
        let total: usize = words.last().context("a length")?.parse()?;
        let headers: usize = if words[0] == "HMSG" {
            words[words.len() - 2].parse()?
        } else {
            0
        };
        let mut bytes = vec![0; total + 2];
        self.0.read_exact(&mut bytes).await?;
        let payload = bytes[headers..total].to_vec();
        Ok(Heard { subject, payload })
    }

    async fn say(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(self.0.write_all(format!("{line}\r\n").as_bytes()).await?)
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.0.read_line(&mut line)).await??;
        if read == 0 {
            bail!("the server closed the connection");
        }
        Ok(line.trim_end().to_owned())
    }
}
