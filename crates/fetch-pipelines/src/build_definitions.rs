//! Reads the build definitions of a project.

use azdo::{Definition, Pages};
use fetch::{
    Context, Listing,
    convert::{extra, identity, text, time},
};
use wire::proto::pipelines::v1;

/// Reads the build definitions of a project, YAML and designer ones.
#[derive(Debug)]
pub(crate) struct BuildDefinitions;

impl Listing for BuildDefinitions {
    type Cursor = ();
    type Item = Definition;
    type Record = v1::BuildDefinition;

    fn pages(&self, context: &Context, (): &()) -> Pages<Definition> {
        context
            .azdo
            .definitions(context.scope.project.unwrap_or_default())
    }

    fn record(&self, context: &Context, definition: Definition) -> v1::BuildDefinition {
        v1::BuildDefinition {
            id: definition.id,
            project_id: context.scope.project_id(),
            name: text(definition.name),
            path: text(definition.path),
            revision: definition.revision.unwrap_or_default(),
            r#type: text(definition.r#type),
            quality: text(definition.quality),
            queue_status: text(definition.queue_status),
            created_date: time(definition.created_date),
            authored_by: identity(definition.authored_by),
            process_type: definition.process_type,
            process_yaml_filename: text(definition.process_yaml_filename),
            repository_id: text(definition.repository_id),
            repository_type: text(definition.repository_type),
            repository_name: text(definition.repository_name),
            repository_default_branch: text(definition.repository_default_branch),
            triggers: text(definition.triggers),
            url: text(definition.url),
            extra: extra(definition.extra),
            queue_id: definition.queue_id,
            queue_name: text(definition.queue_name),
            uri: text(definition.uri),
        }
    }
}
