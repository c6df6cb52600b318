//! Which details have been read: the answers to gaps.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use wire::proto::control::v1::{GapOutcome, GapState};

use super::{committed, work::Work};
use crate::{Error, clean};

/// Records what became of the gaps that pages answer. A detail that could not be stored counts as refused, so that it
/// is tried again later.
pub(super) async fn record(connection: &mut PgConnection, works: &[Work<'_>]) -> Result<(), Error> {
    // The last answer for a key wins: one statement cannot write a row twice.
    let mut answers = BTreeMap::new();
    for work in committed(works) {
        let envelope = work.envelope;
        for gap in envelope.gaps.iter().flat_map(|gaps| &gaps.outcomes) {
            let place = (
                envelope.organization,
                envelope.entity.name,
                clean::text(&gap.key),
            );
            let (state, reason) = answer(work, gap);
            answers.insert(
                place,
                [clean::text(&gap.version), state.into(), clean::text(reason)],
            );
        }
    }
    if answers.is_empty() {
        return Ok(());
    }
    let organizations: Vec<_> = answers
        .keys()
        .map(|(organization, ..)| *organization)
        .collect();
    let entities: Vec<_> = answers.keys().map(|(_, entity, _)| *entity).collect();
    let keys: Vec<_> = answers.keys().map(|(.., key)| key.as_ref()).collect();
    let [versions, states, reasons] = [0, 1, 2].map(|place| {
        answers
            .values()
            .map(|answer| answer[place].as_ref())
            .collect::<Vec<&str>>()
    });
    sqlx::query(
        "INSERT INTO sync.details AS d (organization_id, entity, key, version, state, reason, not_before)
         SELECT x.*, now() + CASE x.state WHEN 'refused' THEN interval '1 minute' ELSE interval '0' END
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             AS x (organization_id, entity, key, version, state, reason)
         ON CONFLICT (organization_id, entity, key) DO UPDATE
         SET version = excluded.version, state = excluded.state, reason = excluded.reason, read_at = now(),
             attempts = CASE WHEN d.state = 'refused' AND excluded.state = 'refused' THEN d.attempts + 1 ELSE 1 END,
             not_before = CASE WHEN d.state = 'refused' AND excluded.state = 'refused'
                 THEN now() + least(interval '1 minute' * 2 ^ least(d.attempts, 12), interval '1 day')
                 ELSE excluded.not_before END",
    )
    .bind(organizations)
    .bind(entities)
    .bind(keys)
    .bind(versions)
    .bind(states)
    .bind(reasons)
    .execute(connection)
    .await?;
    Ok(())
}

fn answer<'w>(work: &'w Work<'_>, gap: &'w GapOutcome) -> (&'static str, &'w str) {
    let dead = work
        .dead
        .iter()
        .find(|letter| letter.key.is_empty() || letter.key == gap.key);
    match (gap.state(), dead) {
        (GapState::Read, Some(letter)) => ("refused", &letter.reason),
        (GapState::Read, None) => ("read", ""),
        (GapState::Absent, _) => ("absent", ""),
        (GapState::Refused | GapState::Unspecified, _) => ("refused", &gap.reason),
    }
}
