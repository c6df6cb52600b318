//! Reads the TFVC labels of a project.

use azdo::{Pages, TfvcLabel};
use fetch::{
    Context, Listing,
    convert::{extra, identity, text, time},
};
use wire::proto::tfvc::v1;

use crate::without_tfvc::empty_without_tfvc;

/// Reads the TFVC labels of a project.
#[derive(Debug)]
pub(crate) struct TfvcLabels;

impl Listing for TfvcLabels {
    type Cursor = ();
    type Item = TfvcLabel;
    type Record = v1::Label;

    fn pages(&self, context: &Context, (): &()) -> Pages<TfvcLabel> {
        let project = context.scope.project.unwrap_or_default();
        empty_without_tfvc(context.azdo.tfvc_labels(project), context.now)
    }

    fn record(&self, context: &Context, label: TfvcLabel) -> v1::Label {
        v1::Label {
            id: label.id,
            project_id: context.scope.project_id(),
            name: text(label.name),
            label_scope: text(label.label_scope),
            description: text(label.description),
            owner: identity(label.owner),
            modified_date: time(label.modified_date),
            url: text(label.url),
            extra: extra(label.extra),
        }
    }
}
