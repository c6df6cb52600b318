//! Who changed what.

use axum::Json;
use axum_extra::extract::Query;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Administrator, Problem, ProblemDocument};

const MOST: i64 = 1_000;
const USUAL: i64 = 100;

/// A change that somebody made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Its number: later ones are higher.
    pub(crate) id: i64,
    /// When.
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// Who, by id; null for nobody who is known.
    pub(crate) user_id: Option<Uuid>,
    /// Who, by the name of that time.
    pub(crate) who: String,
    /// `session`, `token` and its name, or nothing.
    pub(crate) via: String,
    /// What was done, such as `user.disable`.
    pub(crate) action: String,
    /// To what.
    pub(crate) subject: String,
    /// More about it.
    pub(crate) detail: String,
    /// The address it was asked from.
    pub(crate) address: String,
    /// The request, as logs and problems name it.
    pub(crate) correlation_id: Uuid,
}

/// Which part of the audit.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Part {
    /// How many entries at most: from 1 to 1000, usually 100.
    limit: Option<i64>,
    /// Only entries with a lower number: the lowest of the part before.
    before: Option<i64>,
}

/// Lists changes, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "people", operation_id = "list_audit", params(Part), responses(
    (status = 200, body = Vec<AuditEntry>),
    (status = 403, body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn list(
    Administrator(caller): Administrator,
    Query(part): Query<Part>,
) -> Result<Json<Vec<AuditEntry>>, Problem> {
    let limit = part.limit.unwrap_or(USUAL).clamp(1, MOST);
    let store = caller.visit.door.store();
    let rows = store.audit_list(part.before, limit).await?;
    Ok(Json(rows.into_iter().map(AuditEntry::from).collect()))
}

impl From<store::people::audit::Row> for AuditEntry {
    fn from(row: store::people::audit::Row) -> Self {
        Self {
            id: row.id,
            at: row.at.to_string(),
            user_id: row.user_id,
            who: row.who,
            via: row.via,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
            address: row.address,
            correlation_id: row.correlation_id,
        }
    }
}
