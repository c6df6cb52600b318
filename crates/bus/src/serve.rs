//! Answers other services.

use prost::Message;

use crate::{Bus, Error};

impl Bus {
    /// Answers requests until `stop` ends, and then those in hand. With several members of a group, one answers each.
    ///
    /// A request that wants its answer anywhere but on an inbox is not answered.
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
        let _ = (subject, group, handler, stop);
        unimplemented!()
    }
}
