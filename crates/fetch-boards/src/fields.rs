//! Reads the work item fields of an organization.

use azdo::Pages;
use fetch::{
    Context, Listing,
    convert::{extra, id, text},
};
use wire::proto::boards::v1;

/// Reads the work item fields of an organization, custom ones too.
#[derive(Debug)]
pub(crate) struct Fields;

impl Listing for Fields {
    type Cursor = ();
    type Item = azdo::Field;
    type Record = v1::Field;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::Field> {
        context.azdo.fields()
    }

    fn record(&self, _: &Context, field: azdo::Field) -> v1::Field {
        v1::Field {
            reference_name: field.reference_name,
            name: text(field.name),
            r#type: text(field.r#type),
            usage: text(field.usage),
            description: text(field.description),
            read_only: field.read_only.unwrap_or_default(),
            can_sort_by: field.can_sort_by.unwrap_or_default(),
            is_queryable: field.is_queryable.unwrap_or_default(),
            is_identity: field.is_identity.unwrap_or_default(),
            is_picklist: field.is_picklist.unwrap_or_default(),
            is_picklist_suggested: field.is_picklist_suggested.unwrap_or_default(),
            picklist_id: id(field.picklist_id),
            is_locked: field.is_locked.unwrap_or_default(),
            is_deleted: field.is_deleted.unwrap_or_default(),
            url: text(field.url),
            extra: extra(field.extra),
        }
    }
}
