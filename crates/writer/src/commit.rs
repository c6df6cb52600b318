//! Commits pages, waiting for the database as long as it takes.

use futures::future::BoxFuture;
use store::{Error, PageIn, PageResult};

use crate::{
    patience::{chain, pause, pauses},
    work::{Page, Writer},
};

impl Writer {
    /// Commits. Nothing when trying again is useless, or the time is over.
    pub(crate) async fn commit(&self, pages: &[Page]) -> Option<Vec<PageResult>> {
        let payloads = pages.iter().map(|page| page.delivery.payload.as_ref());
        let defects: Vec<Option<String>> = payloads
            .map(|payload| payload.err().map(|error| chain(error)))
            .collect();
        let pages_in: Vec<PageIn<'_>> = pages
            .iter()
            .zip(&defects)
            .map(|(page, defect)| page_in(page, defect.as_deref()))
            .collect();
        let feed = pages.first()?.envelope.feed.as_u128();
        for wait in pauses(feed) {
            match self.once(&pages_in).await {
                Ok(results) => {
                    self.database.met();
                    return Some(results);
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(error = chain(&error), "the database is away; trying again");
                    self.database.unmet(error.to_string());
                    pause(&self.lifecycle, pages, wait).await?;
                }
                Err(error) => {
                    tracing::error!(
                        error = chain(&error),
                        "failed to commit {} pages; they come again",
                        pages.len()
                    );
                    self.database.unmet(error.to_string());
                    return None;
                }
            }
        }
        None
    }

    fn once<'a>(
        &'a self,
        pages: &'a [PageIn<'a>],
    ) -> BoxFuture<'a, Result<Vec<PageResult>, Error>> {
        Box::pin(self.store.commit(pages))
    }
}

fn page_in<'a>(page: &'a Page, defect: Option<&'a str>) -> PageIn<'a> {
    let payload = page.delivery.payload.as_deref();
    PageIn {
        envelope: &page.envelope,
        payload: payload.unwrap_or(&page.delivery.raw),
        defect,
        delivered: page.delivery.delivered,
    }
}
