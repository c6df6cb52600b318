//! Listings of the source, page by page: only what is needed to go on is read of an item.

use anyhow::Context as _;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::source::Source;

/// As many items as a page may have.
const TOP: usize = 1000;

/// A page of any listing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(alias = "values")]
    value: Vec<T>,
    #[serde(default)]
    next_link: Option<String>,
    #[serde(default)]
    is_last_batch: bool,
}

impl Source {
    /// A listing of one page.
    pub(crate) async fn whole<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        let answer = self.get::<Page<T>>(path).await?;
        Ok(answer.map_or_else(Vec::new, |answer| answer.body.value))
    }

    /// A listing whose pages are skipped over.
    pub(crate) async fn by_skip<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        let mut items = Vec::new();
        loop {
            let page: Vec<T> = self
                .whole(&format!("{path}&$top={TOP}&$skip={}", items.len()))
                .await?;
            self.count(page.len());
            let length = page.len();
            items.extend(page);
            // Some listings cut a page shorter than what was asked for.
            if length == 0 {
                return Ok(items);
            }
        }
    }

    /// A listing whose answers carry a token in a header.
    pub(crate) async fn by_header<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> anyhow::Result<Vec<T>> {
        let mut items = Vec::new();
        let mut next = format!("{path}&$top={TOP}");
        while let Some(answer) = self.get::<Page<T>>(&next).await? {
            self.count(answer.body.value.len());
            items.extend(answer.body.value);
            let Some(token) = answer.token else { break };
            next = format!("{path}&$top={TOP}&continuationToken={token}");
        }
        Ok(items)
    }

    /// A feed whose answers say where the next one is, and whether they are the last.
    pub(crate) async fn by_link(&self, path: &str) -> anyhow::Result<()> {
        let mut next = path.to_owned();
        while let Some(answer) = self.get::<Page<IgnoredAny>>(&next).await? {
            self.count(answer.body.value.len());
            if answer.body.is_last_batch {
                break;
            }
            let link = answer.body.next_link.context("a link to the next page")?;
            let path = self.path(&link);
            next = path.context("a link into the organization")?.to_owned();
        }
        Ok(())
    }
}
