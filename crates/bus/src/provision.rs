//! Makes the streams and consumers what they must be.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::{consumer, stream};
use serde::Serialize;
use tokio::time::Instant;

use crate::api::Refusal;
use crate::topology::{self, Setting};
use crate::{Bus, Error};

/// Several who find a stream missing at once need it made once.
const FRESH: Duration = Duration::from_millis(500);

impl Bus {
    /// Sees to it that the streams, the consumers and the bucket are there. Any service may call it at any time, and as
    /// often as it likes: where all is well it only reads.
    ///
    /// Auth creates or corrects them, and checks what the server made of it. The others have no right to: they wait for
    /// auth, and ask it ([`keep_streams`](Self::keep_streams)).
    pub async fn provision(&self) -> Result<(), Error> {
        if !self.makes_streams() {
            return self.wait_for_streams().await;
        }
        let mut provisioned = self.provisioned().lock().await;
        *provisioned = None;
        for wanted in topology::streams(self.streams()) {
            self.provision_stream(&wanted).await?;
        }
        for (stream, wanted) in topology::consumers() {
            self.provision_consumer(stream, &wanted).await?;
        }
        *provisioned = Some(Instant::now());
        Ok(())
    }

    /// Provisions again because something was found missing, unless somebody else has just done it; or asks for it.
    pub(crate) async fn restore(&self) -> Result<(), Error> {
        if !self.makes_streams() {
            return Box::pin(self.ask_for_streams()).await;
        }
        let last = *self.provisioned().lock().await;
        if last.is_some_and(|last| last.elapsed() < FRESH) {
            return Ok(());
        }
        tracing::warn!(
            "{} finds a stream or a consumer missing: making what is missing anew",
            self.service()
        );
        // Boxed, since every publish and every wait may come here, and hardly ever does.
        Box::pin(self.provision()).await
    }

    async fn provision_stream(&self, wanted: &stream::Config) -> Result<(), Error> {
        let name = &wanted.name;
        let info = self
            .call::<stream::Info>(&format!("STREAM.INFO.{name}"), None::<&()>)
            .await?;
        let verb = match info {
            Ok(info) if topology::stream_differences(wanted, &info.config).is_empty() => {
                return Ok(());
            }
            Ok(_) => "UPDATE",
            Err(refusal) if refusal.code == ErrorCode::STREAM_NOT_FOUND => "CREATE",
            Err(refusal) => return Err(refused(&format!("stream {name}"), &refusal)),
        };
        let made = self
            .call::<stream::Info>(&format!("STREAM.{verb}.{name}"), Some(wanted))
            .await?;
        let what = format!("stream {name}");
        let made = made.map_err(|refusal| refused(&what, &refusal))?;
        accept(what, topology::stream_differences(wanted, &made.config))
    }

    async fn provision_consumer(
        &self,
        stream: &'static str,
        wanted: &consumer::Config,
    ) -> Result<(), Error> {
        let name = wanted.durable_name.as_deref().unwrap_or_default();
        let what = format!("consumer {name} of {stream}");
        let info = self
            .call::<consumer::Info>(&format!("CONSUMER.INFO.{stream}.{name}"), None::<&()>)
            .await?;
        match info {
            Ok(info) if topology::consumer_differences(wanted, &info.config).is_empty() => {
                return Ok(());
            }
            Ok(_) => {}
            Err(refusal) if refusal.code == ErrorCode::CONSUMER_NOT_FOUND => {}
            Err(refusal) => return Err(refused(&what, &refusal)),
        }
        let made = self.create_consumer(stream, name, wanted).await?;
        let made = made.map_err(|refusal| refused(&what, &refusal))?;
        accept(what, topology::consumer_differences(wanted, &made.config))
    }

    /// Creates a consumer, or changes it. Its filter is part of the subject, so that permissions can bound it.
    pub(crate) async fn create_consumer(
        &self,
        stream: &str,
        name: &str,
        config: &consumer::Config,
    ) -> Result<Result<consumer::Info, Refusal>, Error> {
        #[derive(Serialize)]
        struct Request<'a> {
            stream_name: &'a str,
            config: &'a consumer::Config,
        }
        let filter = &config.filter_subject;
        let request = Request {
            stream_name: stream,
            config,
        };
        self.call(
            &format!("CONSUMER.CREATE.{stream}.{name}.{filter}"),
            Some(&request),
        )
        .await
    }
}

fn accept(what: String, differences: Vec<Setting>) -> Result<(), Error> {
    match differences.into_iter().next() {
        None => Ok(()),
        Some((setting, wanted, found)) => Err(Error::Setting {
            what,
            setting,
            found,
            wanted,
            remedy: "the server does not keep this setting; run nats-server 2.12 or newer",
        }),
    }
}

fn refused(what: &str, refusal: &Refusal) -> Error {
    let remedy = if refusal.lacks_storage() {
        "give JetStream more (max_file_store of nats-server; without it, three quarters of what the disk has free), or \
         let ADIT_PAGES_MAX_BYTES and ADIT_RECORDS_MAX_BYTES ask for less"
    } else {
        "where a setting cannot be changed, delete it: its content is read again"
    };
    Error::Nats {
        doing: format!("making the {what} what it must be"),
        reason: format!("{}; {remedy}", refusal.reason),
    }
}
