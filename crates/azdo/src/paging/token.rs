//! Listings that go on with a token, in a header or in the body.

use std::collections::HashSet;

use futures::stream;

use super::{Order, Page, Pages, endless, smaller};
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
    next: Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Page,
    End,
    /// The page before was good and is kept, but it leads back to where we were.
    Circle,
}

impl Walk {
    fn new(client: Client, request: Request) -> Self {
        Self {
            client,
            request,
            tokens: HashSet::new(),
            last_print: None,
            next: Next::Page,
        }
    }

    /// Whether there is another page.
    fn goes_on(&self) -> Result<bool, Error> {
        match self.next {
            Next::Page => Ok(true),
            Next::End => Ok(false),
            Next::Circle => {
                let what = "a continuation token came twice";
                Err(endless(self.request.endpoint, what))
            }
        }
    }

    async fn page<T: Item + Send>(&self) -> Result<(Listed<T>, Page<T>), Error> {
        let (mut read, answer) = self.client.read(&self.request, listed::<T>).await?;
        let page = Page {
            items: std::mem::take(&mut read.items),
            observed_at: answer.date,
            token: answer.token.or_else(|| read.token.take()),
            unreadable: std::mem::take(&mut read.unreadable),
        };
        Ok((read, page))
    }

    /// An empty page with a token is followed; the same full page twice is a circle.
    fn accept<T>(&mut self, read: &Listed<T>) -> Result<(), Error> {
        let again = read.length > 0 && self.last_print == Some(read.print);
        self.last_print = Some(read.print);
        if again {
            return Err(endless(self.request.endpoint, "the same page came twice"));
        }
        Ok(())
    }

    fn follow(&mut self, token: &str) {
        if !self.tokens.insert(token.to_owned()) {
            self.next = Next::Circle;
        }
        // All other parameters stay as they are: a token belongs to its query.
        self.request.set("continuationToken", token);
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
        if !walk.goes_on()? {
            return Ok(None);
        }
        let (read, page) = walk.page::<T>().await?;
        walk.accept(&read)?;
        match &page.token {
            Some(token) => walk.follow(token),
            None => walk.next = Next::End,
        }
        Ok(Some((page, walk)))
    });
    Pages::new(order, stream)
}

/// The reporting feeds: a token with every page, and `isLastBatch` with the last. `size` is the
/// name of the parameter for the page's size and its value.
pub(crate) fn by_body_token<T: Item + Send + 'static>(
    client: Client,
    request: Request,
    size: Option<(&'static str, usize)>,
) -> Pages<T> {
    let walk = (Walk::new(client, request), size);
    let stream = stream::try_unfold(walk, |(mut walk, mut size)| async move {
        if !walk.goes_on()? {
            return Ok(None);
        }
        let (read, page) = loop {
            if let Some((name, length)) = size {
                walk.request.set(name, length);
            }
            match (walk.page::<T>().await, &mut size) {
                (Ok(read), _) => break read,
                (Err(error), Some((_, length))) => *length = smaller(*length, error)?,
                (Err(error), None) => return Err(error),
            }
        };
        walk.accept(&read)?;
        match (&page.token, read.is_last_batch) {
            // The link stays valid for ever; only this says that all was read. A service that does
            // not say it has no more once it has nothing.
            (_, Some(true)) | (None, _) => walk.next = Next::End,
            (Some(_), None) if read.length == 0 => walk.next = Next::End,
            (Some(token), _) => {
                walk.follow(token);
                // Either a token or a start, never both.
                walk.request.remove("startDateTime");
            }
        }
        Ok(Some((page, (walk, size))))
    });
    Pages::new(Order::OldestFirst, stream)
}
