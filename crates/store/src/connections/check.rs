//! What a connection can read, as last asked, and what follows when that changes.
//!
//! Azure DevOps hides silently: a project that may not be read is left out of the answers, and becomes no newer when it may
//! be (PITFALLS.md, 30). So what was hidden and no longer is, is read anew from the beginning.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;
use wire::ENTITIES;

use crate::{Error, Store};

const READABLE: &str = "readable";
/// What answers with less, and not with an error.
const HIDDEN: [&str; 3] = ["no_permission", "licence_too_low", "switched_off"];

/// One cell of the matrix, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheck {
    /// Project.
    pub project: Uuid,
    /// Its name.
    pub project_name: String,
    /// `boards`, `git`, `pipelines` or `tfvc`.
    pub domain: String,
    /// `readable`, or what stands in the way.
    pub state: String,
    /// What was asked.
    pub asked: String,
    /// What came back.
    pub answered: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it.
    pub link: String,
}

/// One cell of the matrix, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Organization.
    pub organization: Uuid,
    /// Its name.
    pub organization_name: String,
    /// What was found.
    pub found: NewCheck,
    /// What it was before it last changed; empty when it never did.
    pub former_state: String,
    /// When it was last asked.
    pub checked_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// A cell that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became {
    /// Project.
    pub project: Uuid,
    /// Its name.
    pub project_name: String,
    /// Domain.
    pub domain: String,
    /// What it was; empty when it was not known.
    pub from: String,
    /// What it is.
    pub to: String,
    /// It is read anew from the beginning.
    pub is_filled: bool,
}

/// What was known of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Former {
    state: String,
    lacking: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    organization_id: Uuid,
    organization: String,
    project_id: Uuid,
    project: String,
    domain: String,
    state: String,
    former_state: String,
    asked: String,
    answered: String,
    remedy: String,
    link: String,
    checked_at: jiff_sqlx::Timestamp,
    changed_at: jiff_sqlx::Timestamp,
}

impl Store {
    /// What a connection can read, by organization, project and domain.
    pub async fn check_list(&self, connection: Uuid) -> Result<Vec<Check>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT organization_id, organization, project_id, project, domain, state, former_state, asked, answered,
                    remedy, link, checked_at, changed_at
             FROM auth.checks WHERE connection_id = $1
             ORDER BY lower(organization), organization_id, lower(project), project_id, domain",
        )
        .bind(connection)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Row::check).collect())
    }

    /// Keeps what was found in an organization, and tells what changed. Cells that are not among what was found stay as they
    /// are. What is readable and was hidden is read anew; at the first check of an organization there is nothing to read anew.
    pub async fn check_save(
        &self,
        connection: Uuid,
        organization: Uuid,
        organization_name: &str,
        found: &[NewCheck],
    ) -> Result<Vec<Became>, Error> {
        let mut transaction = self.pool.begin().await?;
        // One at a time: two checks at once would both find the change.
        let there = sqlx::query(
            "SELECT FROM auth.connections WHERE id = $1 AND state <> 'deleting' FOR NO KEY UPDATE",
        )
        .bind(connection)
        .fetch_optional(&mut *transaction)
        .await?;
        if there.is_none() {
            return Ok(Vec::new());
        }
        let former = former(&mut transaction, connection, organization).await?;
        let mut changes = Vec::new();
        let mut lacking = Vec::with_capacity(found.len());
        for new in found {
            let known = former.get(&(new.project, new.domain.clone()));
            let decided = decide(known, &new.state, former.is_empty());
            lacking.push(decided.lacking);
            if decided.has_changed && !former.is_empty() {
                changes.push(Became {
                    project: new.project,
                    project_name: new.project_name.clone(),
                    domain: new.domain.clone(),
                    from: known.map_or_else(String::new, |known| known.state.clone()),
                    to: new.state.clone(),
                    is_filled: decided.fill,
                });
            }
        }
        put(
            &mut transaction,
            connection,
            (organization, organization_name),
            found,
            &lacking,
        )
        .await?;
        fill(&mut transaction, connection, organization, &changes).await?;
        transaction.commit().await?;
        Ok(changes)
    }
}

/// What follows from a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decided {
    /// Rows may be lacking until it is read anew.
    lacking: bool,
    /// It is to be read anew.
    fill: bool,
    /// It is not what it was.
    has_changed: bool,
}

/// A cell that was not known, in an organization that was checked before, has been hidden until now. What could not be told
/// leaves things as they are.
fn decide(former: Option<&Former>, state: &str, is_first: bool) -> Decided {
    let was_lacking = former.map_or(!is_first, |former| former.lacking);
    let is_readable = state == READABLE;
    Decided {
        lacking: !is_readable && (was_lacking || HIDDEN.contains(&state)),
        fill: is_readable && was_lacking,
        has_changed: former
            .is_none_or(|former| former.state != state || former.lacking && is_readable),
    }
}

async fn former(
    database: &mut PgConnection,
    connection: Uuid,
    organization: Uuid,
) -> Result<HashMap<(Uuid, String), Former>, Error> {
    let rows: Vec<(Uuid, String, String, bool)> = sqlx::query_as(
        "SELECT project_id, domain, state, lacking FROM auth.checks WHERE connection_id = $1 AND organization_id = $2",
    )
    .bind(connection)
    .bind(organization)
    .fetch_all(database)
    .await?;
    let former = |(project, domain, state, lacking)| ((project, domain), Former { state, lacking });
    Ok(rows.into_iter().map(former).collect())
}

async fn put(
    database: &mut PgConnection,
    connection: Uuid,
    (organization, organization_name): (Uuid, &str),
    found: &[NewCheck],
    lacking: &[bool],
) -> Result<(), Error> {
    let texts = |of: fn(&NewCheck) -> &String| -> Vec<&str> {
        found.iter().map(|new| of(new).as_str()).collect()
    };
    let projects: Vec<Uuid> = found.iter().map(|new| new.project).collect();
    sqlx::query(
        "INSERT INTO auth.checks AS c (connection_id, organization_id, organization, project_id, project, domain, state, asked,
             answered, remedy, link, lacking)
         SELECT $1, $2, $3, n.* FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
             $10::text[], $11::text[], $12::boolean[]) AS n
         ON CONFLICT (connection_id, organization_id, project_id, domain)
         DO UPDATE SET organization = excluded.organization, project = excluded.project, state = excluded.state,
             asked = excluded.asked, answered = excluded.answered, remedy = excluded.remedy, link = excluded.link,
             lacking = excluded.lacking, checked_at = now(),
             former_state = CASE c.state WHEN excluded.state THEN c.former_state ELSE c.state END,
             changed_at = CASE c.state WHEN excluded.state THEN c.changed_at ELSE now() END",
    )
    .bind(connection)
    .bind(organization)
    .bind(organization_name)
    .bind(&projects)
    .bind(texts(|new| &new.project_name))
    .bind(texts(|new| &new.domain))
    .bind(texts(|new| &new.state))
    .bind(texts(|new| &new.asked))
    .bind(texts(|new| &new.answered))
    .bind(texts(|new| &new.remedy))
    .bind(texts(|new| &new.link))
    .bind(lacking)
    .execute(database)
    .await?;
    Ok(())
}

/// Feeds of the organization and of the project begin anew. A run under way would move the cursor on from where it began, so
/// it is fenced off; and details that were refused may be asked for again.
async fn fill(
    database: &mut PgConnection,
    connection: Uuid,
    organization: Uuid,
    changes: &[Became],
) -> Result<(), Error> {
    let filled = || changes.iter().filter(|change| change.is_filled);
    let projects: Vec<Uuid> = filled().map(|change| change.project).collect();
    let domains: Vec<&str> = filled().map(|change| change.domain.as_str()).collect();
    if projects.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "WITH wanted AS (
             SELECT * FROM unnest($3::uuid[], $4::text[]) AS w (project_id, domain)
         ), mine AS (
             SELECT f.id FROM sync.feeds f
             WHERE f.connection_id = $1 AND f.organization_id = $2
               AND EXISTS (SELECT FROM wanted w
                           WHERE w.domain = f.domain AND (f.project_id IS NULL OR f.project_id = w.project_id))
             ORDER BY f.id
             FOR UPDATE OF f
         ), fenced AS (
             UPDATE sync.feeds f
             SET cursor = '', epoch = f.epoch + f.running::integer, running = false, requested = true,
                 due_at = least(f.due_at, now())
             FROM mine m WHERE f.id = m.id
             RETURNING f.id
         )
         UPDATE sync.runs r
         SET ended_at = now(), completeness = 'interrupted', reason = 'rights_changed',
             explanation = 'More became readable in the middle of it; it was ordered anew, from the beginning.'
         FROM fenced f WHERE r.feed_id = f.id AND r.ended_at IS NULL",
    )
    .bind(connection)
    .bind(organization)
    .bind(&projects)
    .bind(&domains)
    .execute(&mut *database)
    .await?;
    let entities: Vec<&str> = ENTITIES
        .iter()
        .filter(|entity| domains.contains(&entity.domain.name()))
        .map(|entity| entity.name)
        .collect();
    sqlx::query(
        "UPDATE sync.details SET not_before = now()
         WHERE organization_id = $1 AND entity = ANY ($2) AND state = 'refused' AND not_before > now()",
    )
    .bind(organization)
    .bind(&entities)
    .execute(database)
    .await?;
    Ok(())
}

impl Row {
    fn check(self) -> Check {
        Check {
            organization: self.organization_id,
            organization_name: self.organization,
            found: NewCheck {
                project: self.project_id,
                project_name: self.project,
                domain: self.domain,
                state: self.state,
                asked: self.asked,
                answered: self.answered,
                remedy: self.remedy,
                link: self.link,
            },
            former_state: self.former_state,
            checked_at: self.checked_at.to_jiff(),
            changed_at: self.changed_at.to_jiff(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes through states one after the other; tells at which ones it is read anew.
    fn check(first_of_all: bool, states: &[&str], expected: &[bool]) {
        let mut former: Option<Former> = None;
        let mut filled = Vec::new();
        for (number, state) in states.iter().enumerate() {
            let decided = decide(former.as_ref(), state, first_of_all && number == 0);
            filled.push(decided.fill);
            former = Some(Former {
                state: (*state).to_owned(),
                lacking: decided.lacking,
            });
        }
        assert_eq!(filled, expected, "{states:?}");
    }

    #[test]
    fn what_was_hidden_is_read_anew_once_and_nothing_else_is() {
        check(true, &["readable", "readable"], &[false, false]);
        check(false, &["readable", "readable"], &[true, false]);
        check(true, &["no_permission", "readable"], &[false, true]);
        check(
            true,
            &["readable", "licence_too_low", "unknown", "readable"],
            &[false, false, false, true],
        );
        // An error is no silence: the cursor has not moved.
        check(
            true,
            &["readable", "token_expired", "readable"],
            &[false, false, false],
        );
        check(true, &["unknown", "readable"], &[false, false]);
        check(false, &["unknown", "readable"], &[false, true]);
    }
}
