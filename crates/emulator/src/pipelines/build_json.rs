//! A build as the service writes it: put together from texts, since there are thousands a page.

use std::{collections::HashMap, fmt::Write as _};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    PipelinesWorld,
    build::{Build, Result, Status},
};
use crate::{
    date, json as text,
    organization::{Organization, Project},
};

/// The parts of an answer that its builds have in common.
pub(super) struct Writer<'w> {
    pipelines: &'w PipelinesWorld,
    link: String,
    projects: HashMap<Uuid, String>,
    definitions: HashMap<usize, Parts>,
    organization: &'w Organization,
}

struct Parts {
    definition: String,
    queue: Option<String>,
    repository: String,
}

impl<'w> Writer<'w> {
    pub(super) fn new(pipelines: &'w PipelinesWorld, organization: &'w Organization) -> Self {
        Self {
            pipelines,
            link: organization.link(),
            projects: HashMap::new(),
            definitions: HashMap::new(),
            organization,
        }
    }

    /// Writes one build.
    pub(super) fn write(&mut self, build: &Build) -> String {
        self.prepare(build);
        let (Some(project), Some(parts)) = (
            self.projects.get(&build.project),
            self.definitions.get(&build.definition),
        ) else {
            return "null".to_owned();
        };
        let mut out = String::with_capacity(6_000);
        // Writing to a string cannot fail.
        let _written = self.members(&mut out, build, project, parts);
        out
    }

    fn prepare(&mut self, build: &Build) {
        let Some(project) = self.organization.project_by_id(build.project) else {
            return;
        };
        let link = &self.link;
        self.projects
            .entry(build.project)
            .or_insert_with(|| text::kept(&project.reference(link)));
        let definitions = &self.pipelines.definitions;
        self.definitions
            .entry(build.definition)
            .or_insert_with(|| parts(&definitions[build.definition], project, link));
    }

    fn members(
        &self,
        out: &mut String,
        build: &Build,
        project: &str,
        parts: &Parts,
    ) -> std::fmt::Result {
        let link = &self.link;
        let (id, scope) = (build.id, build.project);
        let definition = self.pipelines.definitions[build.definition].id;
        let plan = build.plan(self.pipelines.salt);
        let url = build.url(link);
        write!(
            out,
            "{{\"_links\":{{\"self\":{{\"href\":\"{url}\"}},\"web\":{{\"href\":\"{link}/{scope}/_build/results?buildId={id}\"}},"
        )?;
        write!(
            out,
            "\"sourceVersionDisplayUri\":{{\"href\":\"{link}/{scope}/_apis/build/builds/{id}/sources\"}},"
        )?;
        write!(
            out,
            "\"timeline\":{{\"href\":\"{link}/{scope}/_apis/build/builds/{id}/Timeline\"}},"
        )?;
        write!(
            out,
            "\"badge\":{{\"href\":\"{link}/{scope}/_apis/build/status/{definition}\"}}}},"
        )?;
        write!(
            out,
            "\"properties\":{{}},\"tags\":{},\"validationResults\":{},",
            kept(&json!(build.tags)),
            kept(&build.validation_results())
        )?;
        match build.started {
            Some(_) => write!(out, "\"plans\":[{{\"planId\":\"{plan}\"}}],")?,
            None => out.push_str("\"plans\":[],"),
        }
        write!(
            out,
            "\"triggerInfo\":{},\"id\":{id},\"buildNumber\":{},",
            kept(&build.trigger_info()),
            kept(&json!(build.number))
        )?;
        write!(out, "\"status\":\"{}\",", build.status.word())?;
        if let Some(result) = build.result {
            write!(out, "\"result\":\"{}\",", result.word())?;
        }
        write!(out, "\"queueTime\":\"{}\",", queue_time(build))?;
        if let Some(started) = build.started {
            write!(out, "\"startTime\":\"{}\",", date::sent(started))?;
        } else if never_started(build) {
            write!(out, "\"startTime\":\"{}\",", date::NEVER)?;
        }
        if let Some(finished) = build.finished {
            write!(out, "\"finishTime\":\"{}\",", date::sent(finished))?;
        }
        self.rest(out, build, project, parts)
    }

    fn rest(
        &self,
        out: &mut String,
        build: &Build,
        project: &str,
        parts: &Parts,
    ) -> std::fmt::Result {
        let link = &self.link;
        let (id, scope) = (build.id, build.project);
        let plan = build.plan(self.pipelines.salt);
        let url = build.url(link);
        write!(
            out,
            "\"url\":\"{url}\",\"definition\":{},",
            parts.definition
        )?;
        write!(
            out,
            "\"buildNumberRevision\":{},\"project\":{project},\"uri\":\"{}\",",
            build.number_revision,
            build.uri()
        )?;
        write!(out, "\"sourceBranch\":{},", kept(&json!(build.branch)))?;
        if let Some(version) = &build.version {
            write!(out, "\"sourceVersion\":\"{version}\",")?;
        }
        if let (Some(queue), false) = (&parts.queue, build.is_invalid()) {
            write!(out, "\"queue\":{queue},")?;
        }
        let people = &self.pipelines.people_json;
        write!(
            out,
            "\"priority\":\"{}\",\"reason\":\"{}\",",
            build.priority, build.reason
        )?;
        write!(
            out,
            "\"requestedFor\":{},\"requestedBy\":{},",
            people[build.requested_for], people[build.requested_by]
        )?;
        write!(
            out,
            "\"lastChangedDate\":\"{}\",\"lastChangedBy\":{},",
            date::sent(build.changed),
            people[build.changed_by]
        )?;
        if let Some(parameters) = build.parameters() {
            write!(
                out,
                "\"parameters\":{},\"templateParameters\":{},",
                kept(&json!(parameters)),
                kept(&build.template_parameters())
            )?;
        } else {
            out.push_str("\"templateParameters\":{},");
        }
        if let Some(deletion) = &build.deleted {
            write!(
                out,
                "\"deleted\":true,\"deletedDate\":\"{}\",\"deletedReason\":\"{}\",",
                date::sent(deletion.at),
                deletion.reason
            )?;
            write!(out, "\"deletedBy\":{},", people[people.len() - 1])?;
        }
        write!(out, "\"orchestrationPlan\":{{\"planId\":\"{plan}\"}},")?;
        write!(
            out,
            "\"logs\":{{\"id\":0,\"type\":\"Container\",\"url\":\"{link}/{scope}/_apis/build/builds/{id}/logs\"}},"
        )?;
        write!(out, "\"repository\":{},", parts.repository)?;
        write!(
            out,
            "\"keepForever\":{},\"retainedByRelease\":{},",
            build.keep_forever, build.retained_by_release
        )?;
        match build.triggered_by {
            Some(by) => write!(
                out,
                "\"triggeredByBuild\":{},",
                kept(&triggered_by(by, link, scope))
            )?,
            None => out.push_str("\"triggeredByBuild\":null,"),
        }
        out.push_str("\"appendCommitMessageToRunName\":true}");
        Ok(())
    }
}

fn parts(definition: &super::definition::Definition, project: &Project, link: &str) -> Parts {
    Parts {
        definition: kept(&Value::Object(definition.stub(project, link))),
        queue: definition.queue.map(|queue| kept(&queue.of_build())),
        repository: kept(&definition.source.of_build()),
    }
}

fn triggered_by(id: i64, link: &str, project: Uuid) -> Value {
    json!({
        "id": id,
        "uri": format!("vstfs:///Build/Build/{id}"),
        "url": format!("{link}/{project}/_apis/build/Builds/{id}"),
    })
}

/// Some dates have an offset in place of `Z`.
fn queue_time(build: &Build) -> String {
    if build.id % 41 == 7 {
        date::sent_with_offset(build.queued)
    } else {
        date::sent(build.queued)
    }
}

/// What was cancelled before it had an agent has no start, or one in year 1.
fn never_started(build: &Build) -> bool {
    build.status == Status::Completed && build.result == Some(Result::Canceled) && build.id % 3 == 0
}

fn kept(value: &Value) -> String {
    text::kept(value)
}
