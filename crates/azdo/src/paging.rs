//! Listings, page by page.

mod skip;
mod token;
mod whole;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::{BoxStream, StreamExt as _};
use jiff::Timestamp;

use crate::error::Error;
use crate::explanation::Explanation;

pub(crate) use skip::{Skip, by_skip};
pub(crate) use token::{by_body_token, by_header_token};
pub(crate) use whole::whole;

/// In which order a listing comes, and so when a cursor may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// After every page.
    OldestFirst,
    /// After the last page only.
    NewestFirst,
    /// There is none: the whole is read each time.
    Whole,
}

/// Some items of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What could be read.
    pub items: Vec<T>,
    /// When the service answered, by its own clock.
    pub observed_at: Timestamp,
    /// Where the listing goes on after this page. The reporting feeds give one with the last page
    /// too: it is where the next run starts.
    pub token: Option<String>,
    /// What could not be read, one by one.
    pub unreadable: Vec<Unreadable>,
}

/// An item without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong with it.
    pub reason: String,
    /// Its JSON, or its text where it came from git.
    pub raw: String,
}

/// A listing: a stream of pages that ends with the last page or with the first error.
pub struct Pages<T> {
    order: Order,
    stream: BoxStream<'static, Result<Page<T>, Error>>,
}

impl<T> Pages<T> {
    /// Any stream of pages.
    pub fn new(
        order: Order,
        stream: impl Stream<Item = Result<Page<T>, Error>> + Send + 'static,
    ) -> Self {
        Self {
            order,
            stream: stream.boxed(),
        }
    }

    /// In which order the items come.
    pub fn order(&self) -> Order {
        self.order
    }

    /// All items at once, for short listings and tests; what is unreadable is left out.
    pub async fn items(mut self) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        while let Some(page) = self.next().await {
            items.append(&mut page?.items);
        }
        Ok(items)
    }
}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// A smaller page for one that is too large, or on which the service fails again and again.
fn smaller(size: usize, error: Error) -> Result<usize, Error> {
    let by_size = match &error {
        Error::TooLarge(_) => true,
        Error::Unavailable(explanation) => explanation.status == Some(500),
        _ => false,
    };
    if by_size && size > 1 {
        Ok(size.div_ceil(4))
    } else {
        Err(error)
    }
}

fn endless(endpoint: &'static str, what: &str) -> Error {
    Error::Endless(Box::new(Explanation::ours(endpoint, what)))
}
