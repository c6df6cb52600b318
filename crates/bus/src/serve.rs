//! Answers other services.

use async_nats::{Message as Received, Subject, Subscriber};
use bytes::Bytes;
use futures::FutureExt as _;
use futures::stream::{FuturesUnordered, StreamExt as _};
use prost::Message;
use tracing::Instrument as _;

use crate::denial::Listener;
use crate::request::ERROR_HEADER;
use crate::rights::{Asker, Rights};
use crate::{Bus, Error, headers};

/// Requests in hand; more wait in the subscription.
const IN_HAND: usize = 64;

/// Requests on a subject that are meant for us; they wait here until they are served.
#[derive(Debug)]
pub struct Requests {
    bus: Bus,
    subject: String,
    messages: Subscriber,
    denials: Listener,
}

impl Bus {
    /// Answers requests until `stop` ends, and then those in hand. With several members of a group, one answers each.
    ///
    /// A request that wants its answer anywhere but on the inbox of one who may ask it (`deploy/nats/permissions.conf`) is
    /// not answered: the answer may be a secret, and the asker could have it published where others read it.
    pub async fn serve<Request, Reply, Handler, Answer>(
        &self,
        subject: &str,
        group: &str,
        handler: Handler,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Error>
    where
        Request: Message + Default,
        Reply: Message,
        Handler: Fn(Request) -> Answer + Send + Sync,
        Answer: Future<Output = Reply> + Send,
    {
        let requests = self.requests(subject, group).await?;
        requests.serve(handler, stop).await
    }

    /// The first half of [`serve`](Self::serve): once this returns, nobody is told any more that nobody answers.
    pub async fn requests(&self, subject: &str, group: &str) -> Result<Requests, Error> {
        let denials = self.signs().denials.listen();
        let messages = self.listen(subject, Some(group)).await?;
        Ok(Requests {
            bus: self.clone(),
            subject: subject.to_owned(),
            messages,
            denials,
        })
    }
}

impl Requests {
    /// The second half of [`Bus::serve`].
    pub async fn serve<Request, Reply, Handler, Answer>(
        self,
        handler: Handler,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Error>
    where
        Request: Message + Default,
        Reply: Message,
        Handler: Fn(Request) -> Answer + Send + Sync,
        Answer: Future<Output = Reply> + Send,
    {
        let handler = |request| handler(request).map(Ok);
        self.try_serve(handler, stop).await
    }

    /// The same where an answer may be impossible for the moment: the reason is an error of the asker's `request`
    /// ([`Error::Refused`]), which may ask again.
    pub async fn try_serve<Request, Reply, Handler, Answer>(
        self,
        handler: Handler,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Error>
    where
        Request: Message + Default,
        Reply: Message,
        Handler: Fn(Request) -> Answer + Send + Sync,
        Answer: Future<Output = Result<Reply, String>> + Send,
    {
        self.try_serve_askers(|_: Asker, request| handler(request), stop)
            .await
    }

    /// The same where the answer depends on who asks. The asker is the service whose inbox hears the answer: somebody else
    /// may have sent the request, and gains nothing by it.
    pub async fn try_serve_askers<Request, Reply, Handler, Answer>(
        mut self,
        handler: Handler,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Error>
    where
        Request: Message + Default,
        Reply: Message,
        Handler: Fn(Asker, Request) -> Answer + Send + Sync,
        Answer: Future<Output = Result<Reply, String>> + Send,
    {
        let bus = &self.bus;
        let mut in_hand = FuturesUnordered::new();
        let mut stop = std::pin::pin!(stop);
        let mut stopping = false;
        let subjects = [self.subject.as_str()];
        loop {
            tokio::select! {
                Some(()) = in_hand.next() => {}
                request = self.messages.next(), if in_hand.len() < IN_HAND => match request {
                    Some(request) => in_hand.push(answer(bus, request, &handler)),
                    None if stopping => break,
                    None => return Err(Error::Nats {
                        doing: format!("listening to `{}`", self.subject),
                        reason: "the connection was closed".to_owned(),
                    }),
                },
                denial = self.denials.of(&subjects) => {
                    return Err(denial.into());
                }
                () = &mut stop, if !stopping => {
                    stopping = true;
                    if self.messages.drain().await.is_err() {
                        break;
                    }
                }
            }
        }
        while in_hand.next().await.is_some() {}
        // Answers are written by another task; the process may end as soon as this returns.
        bus.flush().await
    }
}

async fn answer<Request, Reply, Answer>(
    bus: &Bus,
    request: Received,
    handler: &(impl Fn(Asker, Request) -> Answer + Sync),
) where
    Request: Message + Default,
    Reply: Message,
    Answer: Future<Output = Result<Reply, String>> + Send,
{
    let Some((asker, reply)) = asker(&request) else {
        let rights = Rights::table().publishers(&request.subject);
        let askers: Vec<&str> = rights.map(|user| user.name.as_str()).collect();
        tracing::warn!(
            nats.subject = %request.subject,
            "a request on `{}` is not answered: it wants its answer on `{}`, which is no inbox of those who may ask it ({})",
            request.subject,
            request.reply.as_deref().unwrap_or_default(),
            askers.join(", ")
        );
        return;
    };
    let span =
        tracing::info_span!("answer", nats.subject = %request.subject, adit.asker = asker.name());
    telemetry::set_parent(&span, &headers::parent(request.headers.as_ref()));
    let answer = match Request::decode(request.payload) {
        Ok(decoded) => handler(asker, decoded).instrument(span).await,
        Err(error) => {
            tracing::warn!("a request on `{}` cannot be read: {error}", request.subject);
            Err("the request cannot be read".to_owned())
        }
    };
    let answered = match answer {
        Ok(answer) => {
            let payload = answer.encode_to_vec().into();
            bus.client().publish(reply, payload).await
        }
        Err(reason) => {
            let mut headers = async_nats::HeaderMap::new();
            headers::put(&mut headers, ERROR_HEADER, &reason);
            bus.client()
                .publish_with_headers(reply, headers, Bytes::new())
                .await
        }
    };
    if let Err(error) = answered {
        tracing::warn!("cannot answer `{}`: {error}", request.subject);
    }
}

/// Who asks, and where the answer goes.
fn asker(request: &Received) -> Option<(Asker, Subject)> {
    let reply = request.reply.as_ref()?;
    let asker = Rights::table().asker(&request.subject, reply)?;
    Some((asker, reply.clone()))
}
