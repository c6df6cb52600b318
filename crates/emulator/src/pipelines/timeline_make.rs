//! Makes a timeline when it is asked for: it follows from the build and its definition, and is never kept.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    PipelinesWorld,
    build::{Build, Result, Shape, Status, guid},
    definition::Definition,
    timeline::{Previous, Record, Timeline},
    timeline_job::{Fate, Run},
};
use crate::random::{Random, Stream};

const STAGES: [&str; 3] = ["Build", "Test", "Deploy"];

/// The timeline of a build; none where the service has none.
pub(super) fn timeline(pipelines: &PipelinesWorld, build: &Build) -> Option<Timeline> {
    if matches!(
        build.shape,
        Shape::Nothing | Shape::EmptyBody | Shape::Missing
    ) {
        return None;
    }
    let start = build.started?;
    let id = timeline_id(pipelines.salt, build, build.attempt);
    let end = build.finished.unwrap_or(build.changed).max(start);
    if build.shape == Shape::NullRecords {
        return Some(Timeline {
            id,
            change_id: 27,
            changed: end,
            records: None,
            earlier: Vec::new(),
        });
    }
    let mut maker = Maker {
        random: Random::new(pipelines.salt ^ build.id.unsigned_abs(), Stream::Pipelines),
        salt: pipelines.salt,
        build,
        definition: &pipelines.definitions[build.definition],
        records: Vec::new(),
        earlier: (1..build.attempt)
            .map(|attempt| (attempt, Vec::new()))
            .collect(),
        logs: 0,
    };
    maker.stages(start, end);
    let earlier = maker
        .earlier
        .into_iter()
        .map(|(attempt, records)| Timeline {
            id: timeline_id(maker.salt, build, attempt),
            change_id: 20 + attempt,
            changed: end,
            records: Some(records),
            earlier: Vec::new(),
        });
    Some(Timeline {
        id,
        change_id: 30 + build.attempt * 5 + i64::from(build.status == Status::Completed),
        changed: end,
        earlier: earlier.collect(),
        records: Some(maker.records),
    })
}

/// The id of the timeline of an attempt.
fn timeline_id(salt: u64, build: &Build, attempt: i64) -> Uuid {
    guid(&[salt, 2, build.id.unsigned_abs(), attempt.unsigned_abs()])
}

pub(super) struct Maker<'a> {
    pub(super) random: Random,
    pub(super) salt: u64,
    pub(super) build: &'a Build,
    pub(super) definition: &'a Definition,
    pub(super) records: Vec<Record>,
    /// Records of earlier attempts, by attempt.
    pub(super) earlier: Vec<(i64, Vec<Record>)>,
    pub(super) logs: i64,
}

impl Maker<'_> {
    fn stages(&mut self, start: Timestamp, end: Timestamp) {
        let count = if self.definition.yaml.is_some() {
            1 + usize::try_from(self.definition.id % 3).unwrap_or(0)
        } else {
            1
        };
        let broken = self.random.below(count);
        let retried = self.build.attempt > 1;
        for stage in 0..count {
            let fate = match (self.build.status, self.build.result) {
                (Status::Completed, Some(Result::Succeeded) | None) => Fate::Succeeded,
                (Status::Completed, Some(result)) if stage == broken => match result {
                    Result::Canceled => Fate::Canceled,
                    Result::PartiallySucceeded => Fate::Issues,
                    _ => Fate::Failed,
                },
                (Status::Completed, Some(Result::PartiallySucceeded)) => Fate::Succeeded,
                _ if stage < broken => Fate::Succeeded,
                (Status::Completed, _) => Fate::Skipped,
                _ if stage == broken => Fate::Running,
                _ => Fate::Pending,
            };
            let (from, to) = part(start, end, stage, count);
            let mine = retried && stage == broken;
            if mine {
                for place in 0..self.earlier.len() {
                    let attempt = self.earlier[place].0;
                    let (first, last) = part(from, to, place, self.earlier.len() + 1);
                    let run = Run {
                        fate: Fate::Failed,
                        start: first,
                        end: last,
                        attempt,
                    };
                    let records = self.stage(stage, run);
                    self.earlier[place].1 = records;
                }
            }
            let attempt = if mine { self.build.attempt } else { 1 };
            let from = if mine {
                part(from, to, self.earlier.len(), self.earlier.len() + 1).0
            } else {
                from
            };
            let records = self.stage(
                stage,
                Run {
                    fate,
                    start: from,
                    end: to,
                    attempt,
                },
            );
            self.records.extend(records);
        }
    }

    fn stage(&mut self, stage: usize, run: Run) -> Vec<Record> {
        let fate = run.fate;
        let mut records = Vec::new();
        let name = STAGES[stage];
        let stage_number = u64::try_from(stage).unwrap_or(0);
        let order = i64::try_from(stage).unwrap_or(0) + 1;
        let mut parent = None;
        let mut path = name.to_owned();
        if self.definition.yaml.is_some() {
            let mut record = self.record(&[stage_number], None, "Stage", name, run);
            record.ref_name = Some(name.to_owned());
            record.identifier = Some(name.to_owned());
            record.order = order;
            parent = Some(record.id);
            records.push(record);
            if name == "Deploy" {
                self.checkpoint(&mut records, stage_number, parent, run);
            }
        } else {
            "Phase_1".clone_into(&mut path);
        }
        let jobs = 1 + self.definition.id.unsigned_abs() % 2;
        let phase_name = if self.definition.yaml.is_some() {
            "Job"
        } else {
            "Agent job 1"
        };
        let mut phase = self.record(&[stage_number, 1], parent, "Phase", phase_name, run);
        phase.ref_name = Some("Job".to_owned());
        phase.identifier = Some(format!("{path}.Job"));
        let phase_id = phase.id;
        records.push(phase);
        for job in 0..jobs {
            let job_fate = if job + 1 < jobs && fate.ran() && fate != Fate::Running {
                Fate::Succeeded
            } else {
                fate
            };
            self.job(
                &mut records,
                [stage_number, job],
                phase_id,
                &path,
                run.with(job_fate),
            );
        }
        records
    }

    /// An approval before a deployment: who waits has no worker and no log.
    fn checkpoint(
        &mut self,
        records: &mut Vec<Record>,
        stage: u64,
        parent: Option<Uuid>,
        run: Run,
    ) {
        let fate = if run.fate.ran() {
            Fate::Succeeded
        } else {
            run.fate
        };
        let run = Run {
            fate,
            end: run.start,
            ..run
        };
        let mut checkpoint = self.record(&[stage, 8], parent, "Checkpoint", "Checkpoint", run);
        checkpoint.identifier = Some("Checkpoint".to_owned());
        let id = checkpoint.id;
        records.push(checkpoint);
        let mut approval = self.record(
            &[stage, 9, self.build.id.unsigned_abs()],
            Some(id),
            "Checkpoint.Approval",
            "Checkpoint.Approval",
            run,
        );
        approval.order = 1;
        records.push(approval);
    }

    pub(super) fn record(
        &mut self,
        path: &[u64],
        parent: Option<Uuid>,
        kind: &'static str,
        name: &str,
        run: Run,
    ) -> Record {
        let Run {
            fate,
            start,
            end,
            attempt,
        } = run;
        let mut numbers = vec![self.salt, 3, self.definition.id.unsigned_abs()];
        numbers.extend(path);
        let id = guid(&numbers);
        let previous = (1..attempt).filter(|_| matches!(kind, "Stage" | "Phase" | "Job"));
        let previous = previous.map(|attempt| Previous {
            attempt,
            timeline: timeline_id(self.salt, self.build, attempt),
            record: id,
        });
        let with_log = fate.ran() && matches!(kind, "Phase" | "Job" | "Task");
        if with_log {
            self.logs += 1;
        }
        Record {
            id,
            parent,
            kind,
            name: name.to_owned(),
            ref_name: None,
            identifier: None,
            started: fate.ran().then_some(start),
            finished: (fate.ran() && fate != Fate::Running).then_some(end),
            state: fate.state(),
            result: fate.result(),
            result_code: None,
            change_id: 4 + self.logs,
            worker: None,
            queue: None,
            order: 1,
            percent: None,
            issues: Vec::new(),
            log: with_log.then_some(self.logs),
            task: None,
            attempt,
            previous: previous.collect(),
        }
    }
}

/// The part of a span that this one of so many takes.
pub(super) fn part(
    start: Timestamp,
    end: Timestamp,
    place: usize,
    count: usize,
) -> (Timestamp, Timestamp) {
    let span = (end.as_microsecond() - start.as_microsecond()).max(0);
    let at = |place: usize| {
        let share = i128::from(span) * i128::try_from(place).unwrap_or(0)
            / i128::try_from(count.max(1)).unwrap_or(1);
        start + SignedDuration::from_micros(i64::try_from(share).unwrap_or(0))
    };
    // The end keeps its last digit.
    (
        at(place),
        if place + 1 == count {
            end.max(start)
        } else {
            at(place + 1)
        },
    )
}
