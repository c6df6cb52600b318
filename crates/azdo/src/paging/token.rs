//! Listings that go on with a token, in a header or in the body.

use std::collections::HashSet;

use futures::stream;

use super::{Order, Page, Pages, endless};
use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Listed, listed};
use crate::request::Request;

struct Walk {
    client: Client,
    request: Request,
    /// All tokens so far: a service that forgets the query answers the first one again.
    tokens: HashSet<String>,
    last_print: Option<u64>,
    ended: bool,
}

impl Walk {
    fn new(client: Client, request: Request) -> Self {
        Self {
            client,
            request,
            tokens: HashSet::new(),
            last_print: None,
            ended: false,
        }
    }

    async fn page<T: Item + Send>(&mut self) -> Result<(Listed<T>, Page<T>), Error> {
        let (mut read, answer) = self.client.read(&self.request, listed::<T>).await?;
        // An empty page with a token is followed; the same full page twice is a circle.
        let again = read.length > 0 && self.last_print == Some(read.print);
        self.last_print = Some(read.print);
        if again {
            return Err(endless(self.request.endpoint, "the same page came twice"));
        }
        let page = Page {
            items: std::mem::take(&mut read.items),
            observed_at: answer.date,
            token: answer.token.or_else(|| read.token.take()),
            unreadable: std::mem::take(&mut read.unreadable),
        };
        Ok((read, page))
    }

    fn follow(&mut self, token: &str) -> Result<(), Error> {
        if !self.tokens.insert(token.to_owned()) {
            let what = "a continuation token came twice";
            return Err(endless(self.request.endpoint, what));
        }
        // All other parameters stay as they are: a token belongs to its query.
        self.request.set("continuationToken", token);
        Ok(())
    }
}

/// `x-ms-continuationtoken`; its absence is the end.
pub(crate) fn by_header_token<T: Item + Send + 'static>(
    client: Client,
    request: Request,
    order: Order,
) -> Pages<T> {
    let walk = Walk::new(client, request);
    let stream = stream::try_unfold(walk, |mut walk| async move {
        if walk.ended {
            return Ok(None);
        }
        let (_, page) = walk.page::<T>().await?;
        match &page.token {
            Some(token) => walk.follow(token)?,
            None => walk.ended = true,
        }
        Ok(Some((page, walk)))
    });
    Pages::new(order, stream)
}

/// The reporting feeds: a token with every page, and `isLastBatch` with the last.
pub(crate) fn by_body_token<T: Item + Send + 'static>(
    client: Client,
    request: Request,
    order: Order,
) -> Pages<T> {
    let walk = Walk::new(client, request);
    let stream = stream::try_unfold(walk, |mut walk| async move {
        if walk.ended {
            return Ok(None);
        }
        let (read, page) = walk.page::<T>().await?;
        match (&page.token, read.is_last_batch) {
            // The link stays valid for ever; only this says that all was read. A service that does
            // not say it has no more once it has nothing.
            (_, Some(true)) | (None, _) => walk.ended = true,
            (Some(_), None) if read.length == 0 => walk.ended = true,
            (Some(token), _) => {
                walk.follow(token)?;
                // Either a token or a start, never both.
                walk.request.remove("startDateTime");
            }
        }
        Ok(Some((page, walk)))
    });
    Pages::new(order, stream)
}
