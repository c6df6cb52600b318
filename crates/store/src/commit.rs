//! The writer's transaction: rows, ledger and cursor together, or none of them.

mod advance;
mod again;
mod content;
mod deletion;
mod detail;
mod end;
mod ledger;
mod rows;
mod scope;
mod standing;
mod sweep;
mod upsert;
mod work;

use self::{standing::Standings, work::Work};
use crate::{Error, Fate, PageIn, PageResult, Store, dead_letter, mapping::Mapping};

impl Store {
    /// Commits pages, all of one entity, in one transaction, and tells what became of each, in their order. Pages may
    /// come in any order, more than once, and at any number of callers at once. After a transient error nothing has
    /// happened: call it again.
    pub async fn commit(&self, pages: &[PageIn<'_>]) -> Result<Vec<PageResult>, Error> {
        let Some(first) = pages.first() else {
            return Ok(Vec::new());
        };
        let entity = first.envelope.entity;
        debug_assert!(pages.iter().all(|page| page.envelope.entity == entity));
        let mapping = Mapping::of(entity);
        let payloads: Vec<_> = pages
            .iter()
            .map(|page| content::decode(mapping, page))
            .collect();
        let mut works: Vec<_> = pages.iter().map(Work::new).collect();

        let mut transaction = self.pool.begin().await?;
        let connection = &mut *transaction;
        let standings = Standings::lock(connection, pages).await?;
        ledger::mark_known(connection, &mut works, &standings).await?;
        rows::store(connection, mapping, &payloads, &mut works).await?;
        deletion::apply(connection, mapping, &payloads, &mut works).await?;
        for work in committed(&works) {
            dead_letter::add(connection, &work.dead).await?;
        }
        detail::record(connection, &works).await?;
        ledger::add(connection, &works).await?;
        sweep::keep_keys(connection, entity, &works).await?;
        end::move_feeds(connection, mapping, &standings, &mut works).await?;
        again::tell(connection, mapping, &payloads, &mut works).await?;
        transaction.commit().await?;
        Ok(works.into_iter().map(Work::into_result).collect())
    }
}

fn committed<'w, 'a>(works: &'w [Work<'a>]) -> impl Iterator<Item = &'w Work<'a>> {
    works.iter().filter(|work| work.fate == Fate::Committed)
}
