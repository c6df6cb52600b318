//! Listings that go on with `$skip`, by pages whose true size only the service knows.

use std::collections::HashSet;

use futures::stream;

use super::{Order, Page, Pages, endless, smaller};
use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Listed, listed};
use crate::request::Request;

/// How a listing is skipped through.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Skip {
    pub(crate) top: usize,
    /// How many items are known already.
    pub(crate) from: usize,
    /// How many items are read again at each border, where the listing may shrink while it is read.
    pub(crate) overlap: usize,
}

struct Walk {
    client: Client,
    request: Request,
    skip: Skip,
    /// Where the next page starts.
    at: usize,
    /// How many items of the next page are known already.
    reread: usize,
    first_length: Option<usize>,
    last_print: Option<u64>,
    ended: bool,
}

/// `key` tells items apart, so that what was read twice is given once.
pub(crate) fn by_skip<T: Item + Send + 'static>(
    client: Client,
    request: Request,
    order: Order,
    skip: Skip,
    key: fn(&T) -> String,
) -> Pages<T> {
    let walk = Walk {
        client,
        request,
        skip,
        at: skip.from,
        reread: 0,
        first_length: None,
        last_print: None,
        ended: false,
    };
    let start = (walk, HashSet::new());
    let stream = stream::try_unfold(start, move |(mut walk, mut border)| async move {
        if walk.ended {
            return Ok(None);
        }
        let is_first = walk.first_length.is_none();
        let mut page = walk.page::<T>().await?;
        let keys: HashSet<String> = page.items.iter().map(key).collect();
        page.items.retain(|item| !border.contains(&key(item)));
        border = keys;
        // What only shows the end is no page, unless it is the only one.
        let is_end = walk.ended && page.items.is_empty() && page.unreadable.is_empty();
        if is_end && !is_first {
            return Ok(None);
        }
        Ok(Some((page, (walk, border))))
    });
    Pages::new(order, stream)
}

impl Walk {
    async fn page<T: Item + Send>(&mut self) -> Result<Page<T>, Error> {
        let (read, answer) = loop {
            self.request.set("$top", self.skip.top);
            if self.at > 0 {
                self.request.set("$skip", self.at);
            }
            match self.client.read(&self.request, listed::<T>).await {
                Ok(read) => break read,
                Err(error) => self.skip.top = smaller(self.skip.top, error)?,
            }
        };
        let again = read.length > 0 && self.last_print == Some(read.print);
        self.last_print = Some(read.print);
        if again {
            self.repeated(read.length)?;
        } else {
            self.advance(&read);
        }
        Ok(Page {
            items: if again { Vec::new() } else { read.items },
            observed_at: answer.date,
            token: None,
            unreadable: if again { Vec::new() } else { read.unreadable },
        })
    }

    /// A service that ignores `$skip` gives its only page for ever. If it is shorter than what was
    /// asked for, it was the whole list; else nobody knows what is missing.
    fn repeated(&mut self, length: usize) -> Result<(), Error> {
        self.ended = true;
        if length < self.skip.top && !may_be_cap(length) {
            return Ok(());
        }
        let what = "the same page came twice: $skip is ignored";
        Err(endless(self.request.endpoint, what))
    }

    /// The end is an empty page, because caps are silent. A page of less than half of what came
    /// before, in this listing or in any other of this kind, is the end too: that spares a request
    /// in all the listings that are short because nothing is new. (Half, and not merely less: what
    /// we may not see is taken out of pages after they were cut.)
    fn advance<T>(&mut self, read: &Listed<T>) {
        let length = read.length;
        let learned = &self.client.exchange.http.learned;
        let longest = learned.page(self.request.endpoint, length);
        let usual = longest.max(*self.first_length.get_or_insert(length));
        let expected = usual.min(self.skip.top);
        let short = length < expected.div_ceil(2) && !may_be_cap(length);
        self.ended = length <= self.reread || short;
        // Half a page at most, so that every page goes on.
        self.reread = self.skip.overlap.min(length / 2);
        self.at += length - self.reread;
    }
}

/// Caps are round, such as 100 or 1000, or the 101 of the pull requests.
fn may_be_cap(length: usize) -> bool {
    length.is_multiple_of(10) || length == 101
}
