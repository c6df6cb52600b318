//! Reads what each changeset changed.

use azdo::{Change, Changeset, CheckinNote, Error, WorkItemReference};
use fetch::{
    Context, Detail, Found,
    convert::{extra, text},
};
use futures::{StreamExt as _, future::BoxFuture};
use wire::proto::{control::v1::Gap, tfvc::v1};

/// Reads what a changeset changed, its work items, check-in notes and overridden policies: one request a changeset, and
/// more only where it has more than 100 changes.
#[derive(Debug)]
pub(crate) struct ChangesetDetails;

impl Detail for ChangesetDetails {
    type Record = v1::ChangesetDetail;

    fn read<'a>(
        &'a self,
        context: &'a Context,
        gap: &'a Gap,
    ) -> BoxFuture<'a, Result<Option<Found<v1::ChangesetDetail>>, Error>> {
        Box::pin(async move {
            let Ok(id) = gap.key.parse() else {
                return Ok(None);
            };
            let Some(mut changeset) = context.azdo.changeset(id).await? else {
                return Ok(None);
            };
            let mut unreadable = Vec::new();
            if changeset.has_more_changes == Some(true) {
                let mut pages = context.azdo.changes(id, changeset.changes.len());
                while let Some(page) = pages.next().await {
                    let mut page = page?;
                    changeset.changes.append(&mut page.items);
                    unreadable.append(&mut page.unreadable);
                }
            }
            Ok(Some(Found {
                unreadable,
                ..Found::from(record(changeset))
            }))
        })
    }
}

fn record(changeset: Changeset) -> v1::ChangesetDetail {
    v1::ChangesetDetail {
        changeset_id: changeset.changeset_id,
        team_project_ids: changeset
            .team_project_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
        changes: changeset.changes.into_iter().map(change).collect(),
        work_items: changeset.work_items.into_iter().map(work_item).collect(),
        checkin_notes: changeset.checkin_notes.into_iter().map(note).collect(),
        policy_override_comment: text(changeset.policy_override_comment),
        policy_failures: text(changeset.policy_failures),
    }
}

fn change(change: Change) -> v1::ChangesetChange {
    v1::ChangesetChange {
        path: change.path,
        change_type: text(change.change_type),
        version: change.version,
        is_folder: change.is_folder.unwrap_or_default(),
        size: change.size,
        hash_value: text(change.hash_value),
        deletion_id: change.deletion_id,
        source_server_item: text(change.source_server_item),
        merge_sources: text(change.merge_sources),
        extra: extra(change.extra),
    }
}

fn work_item(item: WorkItemReference) -> v1::ChangesetWorkItem {
    v1::ChangesetWorkItem {
        id: item.id,
        title: text(item.title),
        state: text(item.state),
        work_item_type: text(item.work_item_type),
        assigned_to: text(item.assigned_to),
    }
}

fn note(note: CheckinNote) -> v1::CheckinNote {
    v1::CheckinNote {
        name: text(note.name),
        value: text(note.value),
    }
}
