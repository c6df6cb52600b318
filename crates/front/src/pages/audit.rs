//! Who changed what, for administrators.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::Query;
use serde::Deserialize;

use crate::{Administrator, Layout, Moment, Page, Problem};

const ON_A_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    layout: Layout,
    rows: Vec<RowView>,
    is_first: bool,
    before: Option<i64>,
}

struct RowView {
    at: Moment,
    who: String,
    via: String,
    action: String,
    subject: String,
    detail: String,
    address: String,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
}

pub(super) async fn show(
    Administrator(caller): Administrator,
    layout: Layout,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let store = caller.visit.door.store();
    // One more tells whether there is another page.
    let mut rows = store.audit_list(asked.before, ON_A_PAGE + 1).await?;
    let has_more = rows.len() > usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    if has_more {
        rows.pop();
    }
    let before = rows.last().filter(|_| has_more).map(|row| row.id);
    let page = Audit {
        layout,
        is_first: asked.before.is_none(),
        before,
        rows: rows
            .into_iter()
            .map(|row| RowView {
                at: Moment(row.at),
                who: row.who,
                via: row.via,
                action: row.action,
                subject: row.subject,
                detail: row.detail,
                address: row.address,
            })
            .collect(),
    };
    Ok(Page(page).into_response())
}
