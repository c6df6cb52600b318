//! Reads the areas and iterations of a project.

use azdo::Pages;
use fetch::{
    Context, Listing,
    convert::{id, text, time},
};
use wire::proto::boards::v1;

/// Reads the areas and iterations of a project: both trees in one request.
#[derive(Debug)]
pub(crate) struct ClassificationNodes;

impl Listing for ClassificationNodes {
    type Cursor = ();
    type Item = azdo::ClassificationNode;
    type Record = v1::ClassificationNode;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::ClassificationNode> {
        context
            .azdo
            .classification_nodes(context.scope.project.unwrap_or_default())
    }

    fn record(&self, context: &Context, node: azdo::ClassificationNode) -> v1::ClassificationNode {
        v1::ClassificationNode {
            id: node.id,
            project_id: context.scope.project_id(),
            identifier: id(node.identifier),
            structure_type: text(node.structure_type),
            name: text(node.name),
            path: text(node.path),
            parent_id: node.parent_id,
            has_children: node.has_children.unwrap_or_default(),
            start_date: time(node.start_date),
            finish_date: time(node.finish_date),
            attributes: text(node.attributes),
            url: text(node.url),
        }
    }
}
