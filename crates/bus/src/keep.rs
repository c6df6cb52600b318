//! Keeps the streams there. One service does, auth; the others ask it.

use std::time::Duration;

use wire::subject;

use crate::rights::Rights;
use crate::{Bus, Error, topology};

/// Members of auth share the requests.
const GROUP: &str = "auth";
/// Making everything takes the server milliseconds for each stream and consumer.
const ANSWER: Duration = Duration::from_secs(10);
/// A pause before something is asked for again that has just failed.
const PAUSE: Duration = Duration::from_millis(250);

impl Bus {
    /// Makes the streams what they must be: now, after each new connection, and whenever a service finds one missing;
    /// until `stop` ends. An error needs a person.
    ///
    /// Whoever may make a stream may have it keep any subject, the answers with tokens included. So only the service that
    /// knows all tokens makes them.
    pub async fn keep_streams(&self, stop: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let requests = self.requests(subject::PROVISION, GROUP).await?;
        let mut connections = self.signs().connections.subscribe();
        let answer = |()| async { self.restore().await.map_err(|error| error.to_string()) };
        let keep = async {
            loop {
                connections.mark_unchanged();
                match self.provision().await {
                    Ok(()) => {}
                    Err(error) if error.is_final() => return error,
                    Err(error) => {
                        tracing::warn!("{} cannot make the streams yet: {error}", self.service());
                        tokio::time::sleep(PAUSE * 4).await;
                        continue;
                    }
                }
                if connections.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            served = requests.try_serve(answer, stop) => served,
            error = keep => Err(error),
        }
    }

    /// Whether this service makes the streams itself. One that the table does not know is a program of an administrator.
    pub(crate) fn makes_streams(&self) -> bool {
        let user = Rights::table().user(self.service());
        let subject = format!("$JS.API.STREAM.CREATE.{}", subject::JOBS_STREAM);
        user.is_none_or(|user| user.may_publish(&subject))
    }

    /// Waits for the streams and consumers that this service may look at, and asks for them as long as one is missing.
    pub(crate) async fn wait_for_streams(&self) -> Result<(), Error> {
        let until = tokio::time::Instant::now() + self.patience();
        let mut told = false;
        while let Some(missing) = self.missing().await? {
            let reason = match self.ask_for_streams().await {
                Ok(()) => "auth has made it, and it is not there".to_owned(),
                Err(error) if error.is_final() => return Err(error),
                Err(error) => error.to_string(),
            };
            if tokio::time::Instant::now() >= until {
                return Err(Error::Nats {
                    doing: format!("waiting for {missing}, which auth makes"),
                    reason,
                });
            }
            if !told {
                told = true;
                // As long as auth is on its way this is nothing to be acted upon.
                tracing::info!("{} waits for {missing}: {reason}", self.service());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Asks for what is missing.
    pub(crate) async fn ask_for_streams(&self) -> Result<(), Error> {
        self.request(subject::PROVISION, &(), ANSWER).await
    }

    /// The first that is missing of the streams and consumers that this service may look at.
    async fn missing(&self) -> Result<Option<String>, Error> {
        let user = Rights::table().user(self.service());
        let may =
            |subject: &str| user.is_none_or(|user| user.may_publish(&format!("$JS.API.{subject}")));
        let streams = topology::streams(self.streams());
        let streams = streams.iter().map(|stream| {
            let name = &stream.name;
            (format!("STREAM.INFO.{name}"), format!("the stream {name}"))
        });
        let consumers = topology::consumers().into_iter().map(|(stream, consumer)| {
            let name = consumer.durable_name.unwrap_or_default();
            (
                format!("CONSUMER.INFO.{stream}.{name}"),
                format!("the consumer {name} of {stream}"),
            )
        });
        for (subject, what) in streams.chain(consumers) {
            if !may(&subject) {
                continue;
            }
            match self
                .call::<serde_json::Value>(&subject, None::<&()>)
                .await?
            {
                Ok(_) => {}
                Err(refusal) if refusal.is_missing() => return Ok(Some(what)),
                Err(refusal) => {
                    return Err(Error::Nats {
                        doing: format!("looking for {what}"),
                        reason: refusal.reason,
                    });
                }
            }
        }
        Ok(None)
    }
}
