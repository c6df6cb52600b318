//! Listings that go on with `$skip`, by pages whose true size only the service knows.

use std::collections::HashSet;

use futures::stream;

use super::{Order, Page, Pages, endless};
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
        request: request.with("$top", skip.top),
        skip,
        at: skip.from,
        first_length: None,
        last_print: None,
        ended: false,
    };
    let start = (walk, HashSet::new());
    let stream = stream::try_unfold(start, move |(mut walk, mut border)| async move {
        if walk.ended {
            return Ok(None);
        }
        let (read, mut page) = walk.page::<T>().await?;
        walk.advance(&read);
        let keys: HashSet<String> = page.items.iter().map(key).collect();
        page.items.retain(|item| !border.contains(&key(item)));
        border = keys;
        // The empty page that only shows the end is no page, unless it is the only one.
        if read.length == 0 && walk.at > skip.from {
            return Ok(None);
        }
        Ok(Some((page, (walk, border))))
    });
    Pages::new(order, stream)
}

impl Walk {
    async fn page<T: Item + Send>(&mut self) -> Result<(Listed<T>, Page<T>), Error> {
        if self.at > 0 {
            self.request.set("$skip", self.at);
        }
        let (mut read, answer) = self.client.read(&self.request, listed::<T>).await?;
        // A service that ignores `$skip` would give its only page for ever.
        let again = read.length > 0 && self.last_print == Some(read.print);
        if again && read.length > self.overlap(read.length) {
            return Err(endless(self.request.endpoint, "the same page came twice"));
        }
        self.last_print = Some(read.print);
        let page = Page {
            items: std::mem::take(&mut read.items),
            observed_at: answer.date,
            token: None,
            unreadable: std::mem::take(&mut read.unreadable),
        };
        Ok((read, page))
    }

    fn advance<T>(&mut self, read: &Listed<T>) {
        let length = read.length;
        let learned = &self.client.exchange.http.learned;
        let longest = learned.page(self.request.endpoint, length);
        let first = *self.first_length.get_or_insert(length);
        // Within one listing the first page shows the cap; over all listings so far, the longest.
        // A round length may still be a cap that changed in between, so it is not trusted.
        let short = length < first || (length < longest && !may_be_cap(length));
        self.ended = length == 0 || short || length <= self.overlap_before();
        self.at += length - self.overlap(length).min(length);
    }

    /// Half a page at most, so that every page goes on.
    fn overlap(&self, length: usize) -> usize {
        self.skip.overlap.min(length / 2)
    }

    /// How many items of this page were asked for a second time.
    fn overlap_before(&self) -> usize {
        if self.at == self.skip.from {
            0
        } else {
            self.overlap(self.first_length.unwrap_or_default())
        }
    }
}

/// 100, 200, 1000, and 101 of the pull requests.
fn may_be_cap(length: usize) -> bool {
    length % 10 == 0 || length == 101
}
