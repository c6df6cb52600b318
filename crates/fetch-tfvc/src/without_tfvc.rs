//! Projects without TFVC.

use azdo::{Error, Page, Pages};
use futures::StreamExt as _;
use jiff::Timestamp;

/// TFVC's own word for "this project has no TFVC"; other 404 stay errors, since they may hide what is there.
const NO_TEAM_PROJECT: &str = "TF14043";

/// The same pages; none of a project without TFVC, which is whole with nothing in it.
pub(crate) fn empty_without_tfvc<T: Send + 'static>(pages: Pages<T>, now: Timestamp) -> Pages<T> {
    let order = pages.order();
    let pages = pages.map(move |page| match page {
        Err(Error::NotFound(explanation))
            if explanation.code.as_deref() == Some(NO_TEAM_PROJECT) =>
        {
            Ok(Page {
                items: Vec::new(),
                observed_at: now,
                token: None,
                unreadable: Vec::new(),
            })
        }
        page => page,
    });
    Pages::new(order, pages)
}
