//! Listings that come in one answer, whatever is asked.

use futures::stream;

use super::{Order, Page, Pages};
use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, listed};
use crate::request::Request;

/// Never sends `$top` or `$skip`: they would be ignored, and a loop over pages would have no end.
pub(crate) fn whole<T: Item + Send + 'static>(client: Client, request: Request) -> Pages<T> {
    Pages::new(
        Order::Whole,
        stream::once(async move { read(&client, &request).await }),
    )
}

async fn read<T: Item + Send>(client: &Client, request: &Request) -> Result<Page<T>, Error> {
    let (read, answer) = client.read(request, listed::<T>).await?;
    Ok(Page {
        items: read.items,
        observed_at: answer.date,
        token: None,
        unreadable: read.unreadable,
    })
}
