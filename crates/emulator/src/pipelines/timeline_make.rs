//! Makes a timeline when it is asked for: it follows from the build and its definition, and is never kept.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    PipelinesWorld,
    build::{Build, Result, Shape, Status, guid},
    definition::Definition,
    timeline::{Issue, Previous, Record, Task, Timeline},
};
use crate::{json::lone_surrogate, random::{Random, Stream}};

/// Tasks between the checkout and the end of a job: display name, task.
const STEPS: [(&str, &str, &str, u128); 7] = [
    ("Restore packages", "NuGetCommand", "2.244.1", 0x333b_11bd_d341_40d9_afcf_b32d_5ce6_f23b),
    ("Build", "DotNetCoreCLI", "2.244.0", 0x5541_a522_603c_47ad_91fc_a4b1_d163_081b),
    ("Unit tests 🧪", "DotNetCoreCLI", "2.244.0", 0x5541_a522_603c_47ad_91fc_a4b1_d163_081b),
    ("Run a script", "Bash", "3.241.2", 0x6c73_1c3c_3c68_459a_a5c9_bde6_e659_5b5b),
    ("Scan", "PowerShell", "2.241.1", 0xe213_ff0f_5d5c_4791_802d_52ea_3e7b_e1f1),
    ("Publish results", "PublishTestResults", "2.242.0", 0x0b0f_01ed_7dde_43ff_9cbb_e486_9540_3d8b),
    ("Publish \"drop\"", "PublishBuildArtifacts", "1.239.5", 0x2ff7_63a7_ce83_4e1f_bc89_0ae6_3477_cebe),
];
const STAGES: [&str; 3] = ["Build", "Test", "Deploy"];

/// What became of a part of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Succeeded,
    Issues,
    Failed,
    Canceled,
    Skipped,
    Running,
    Pending,
}

impl Fate {
    fn state(self) -> &'static str {
        match self {
            Self::Running => "inProgress",
            Self::Pending => "pending",
            _ => "completed",
        }
    }

    fn result(self) -> Option<&'static str> {
        match self {
            Self::Succeeded => Some("succeeded"),
            Self::Issues => Some("succeededWithIssues"),
            Self::Failed => Some("failed"),
            Self::Canceled => Some("canceled"),
            Self::Skipped => Some("skipped"),
            Self::Running | Self::Pending => None,
        }
    }

    fn ran(self) -> bool {
        !matches!(self, Self::Skipped | Self::Pending)
    }
}

/// The timeline of a build; none where the service has none.
pub(super) fn timeline(pipelines: &PipelinesWorld, build: &Build) -> Option<Timeline> {
    if matches!(build.shape, Shape::Nothing | Shape::EmptyBody | Shape::Missing) {
        return None;
    }
    let start = build.started?;
    let id = timeline_id(pipelines.salt, build, build.attempt);
    let end = build.finished.unwrap_or(build.changed).max(start);
    if build.shape == Shape::NullRecords {
        return Some(Timeline { id, change_id: 27, changed: end, records: None, earlier: Vec::new() });
    }
    let mut maker = Maker {
        random: Random::new(pipelines.salt ^ build.id.unsigned_abs(), Stream::Pipelines),
        salt: pipelines.salt,
        build,
        definition: &pipelines.definitions[build.definition],
        records: Vec::new(),
        earlier: (1..build.attempt).map(|attempt| (attempt, Vec::new())).collect(),
        logs: 0,
    };
    maker.stages(start, end);
    let earlier = maker.earlier.into_iter().map(|(attempt, records)| Timeline {
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

struct Maker<'a> {
    random: Random,
    salt: u64,
    build: &'a Build,
    definition: &'a Definition,
    records: Vec<Record>,
    /// Records of earlier attempts, by attempt.
    earlier: Vec<(i64, Vec<Record>)>,
    logs: i64,
}

impl Maker<'_> {
    fn stages(&mut self, start: Timestamp, end: Timestamp) {
        let count = if self.definition.yaml.is_some() { 1 + usize::try_from(self.definition.id % 3).unwrap_or(0) } else { 1 };
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
                    let records = self.stage(stage, Fate::Failed, first, last, attempt);
                    self.earlier[place].1 = records;
                }
            }
            let attempt = if mine { self.build.attempt } else { 1 };
            let from = if mine { part(from, to, self.earlier.len(), self.earlier.len() + 1).0 } else { from };
            let records = self.stage(stage, fate, from, to, attempt);
            self.records.extend(records);
        }
    }

    fn stage(&mut self, stage: usize, fate: Fate, start: Timestamp, end: Timestamp, attempt: i64) -> Vec<Record> {
        let mut records = Vec::new();
        let name = STAGES[stage];
        let stage_number = u64::try_from(stage).unwrap_or(0);
        let order = i64::try_from(stage).unwrap_or(0) + 1;
        let mut parent = None;
        let mut path = name.to_owned();
        if self.definition.yaml.is_some() {
            let mut record = self.record(&[stage_number], None, "Stage", name, fate, start, end, attempt);
            record.ref_name = Some(name.to_owned());
            record.identifier = Some(name.to_owned());
            record.order = order;
            parent = Some(record.id);
            records.push(record);
            if name == "Deploy" {
                self.checkpoint(&mut records, stage_number, parent, fate, start, attempt);
            }
        } else {
            "Phase_1".clone_into(&mut path);
        }
        let jobs = 1 + self.definition.id.unsigned_abs() % 2;
        let phase_name = if self.definition.yaml.is_some() { "Job" } else { "Agent job 1" };
        let mut phase = self.record(&[stage_number, 1], parent, "Phase", phase_name, fate, start, end, attempt);
        phase.ref_name = Some("Job".to_owned());
        phase.identifier = Some(format!("{path}.Job"));
        let phase_id = phase.id;
        records.push(phase);
        for job in 0..jobs {
            let job_fate = if job + 1 < jobs && fate.ran() && fate != Fate::Running { Fate::Succeeded } else { fate };
            self.job(&mut records, [stage_number, job], phase_id, &path, job_fate, start, end, attempt);
        }
        records
    }

    /// An approval before a deployment: who waits has no worker and no log.
    fn checkpoint(&mut self, records: &mut Vec<Record>, stage: u64, parent: Option<Uuid>, fate: Fate, start: Timestamp, attempt: i64) {
        let fate = if fate.ran() { Fate::Succeeded } else { fate };
        let mut checkpoint = self.record(&[stage, 8], parent, "Checkpoint", "Checkpoint", fate, start, start, attempt);
        checkpoint.identifier = Some("Checkpoint".to_owned());
        let id = checkpoint.id;
        records.push(checkpoint);
        let mut approval = self.record(&[stage, 9, self.build.id.unsigned_abs()], Some(id), "Checkpoint.Approval", "Checkpoint.Approval", fate, start, start, attempt);
        approval.order = 1;
        records.push(approval);
    }

    #[expect(clippy::too_many_arguments, reason = "a job hangs on all of these")]
    fn job(&mut self, records: &mut Vec<Record>, [stage, job]: [u64; 2], parent: Uuid, path: &str, fate: Fate, start: Timestamp, end: Timestamp, attempt: i64) {
        let name = if job == 0 { "Linux".to_owned() } else { format!("Windows {job}") };
        let mut record = self.record(&[stage, 2, job], Some(parent), "Job", &name, fate, start, end, attempt);
        record.ref_name = Some(name.clone());
        record.identifier = Some(format!("{path}.Job.{name}"));
        record.order = i64::try_from(job).unwrap_or(0) + 1;
        record.queue = self.definition.queue.map(|queue| queue.id);
        let worker = if self.definition.queue.is_some_and(|queue| queue.is_hosted) { "Azure Pipelines 7" } else { "build-agent-3" };
        record.worker = fate.ran().then(|| worker.to_owned());
        if fate == Fate::Failed && self.random.chance(10) {
            record.issues.push(Issue { is_error: true, message: "The agent did not connect within the allotted time of 00:05:00. \0".to_owned() });
        }
        let id = record.id;
        records.push(record);
        // A job that was skipped or waits has no tasks yet.
        if !fate.ran() {
            return;
        }
        let count = 3 + usize::try_from(self.definition.id % 4).unwrap_or(0);
        let broken = self.random.below(count - 2) + 1;
        for step in 0..count + 2 {
            let task_fate = match fate {
                Fate::Failed | Fate::Canceled | Fate::Issues if step == broken => fate,
                Fate::Failed | Fate::Canceled if step > broken && step < count => Fate::Skipped,
                Fate::Running if step == broken => Fate::Running,
                Fate::Running if step > broken => Fate::Pending,
                _ => Fate::Succeeded,
            };
            let (from, to) = part(start, end, step, count + 2);
            self.task(records, [stage, job, u64::try_from(step).unwrap_or(0)], (step, count), id, worker, task_fate, from, to, attempt);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a task hangs on all of these")]
    fn task(&mut self, records: &mut Vec<Record>, [stage, job, step]: [u64; 3], (place, count): (usize, usize), parent: Uuid, worker: &str, fate: Fate, start: Timestamp, end: Timestamp, attempt: i64) {
        let last = place == count + 1;
        let (name, task) = match place {
            0 => ("Initialize job", None),
            _ if last => ("Finalize Job", None),
            _ if place == count => ("Post-job: Checkout", None),
            _ => {
                let (name, task, version, id) = STEPS[(place - 1) % STEPS.len()];
                (name, Some(Task { id: Uuid::from_u128(id), name: task, version }))
            }
        };
        let mut record = self.record(&[stage, 3, job, step], Some(parent), "Task", name, fate, start, end, attempt);
        record.order = i64::try_from(place).unwrap_or(0) + 1;
        record.worker = fate.ran().then(|| worker.to_owned());
        record.task = task;
        record.percent = (last && fate == Fate::Succeeded).then_some(100);
        if fate == Fate::Skipped {
            record.result_code = Some("Evaluating: SucceededNode()\r\nResult: False\r\n".to_owned());
            // A task that was skipped has times, a stage or job has not.
            record.started = Some(start);
            record.finished = Some(start);
        }
        if matches!(fate, Fate::Failed | Fate::Issues) {
            let message = self.complaint();
            record.issues.push(Issue { is_error: fate == Fate::Failed, message });
        } else if fate == Fate::Succeeded && self.random.chance(3) {
            record.issues.push(Issue { is_error: false, message: "##[warning]node 16 is out of support".to_owned() });
        }
        records.push(record);
    }

    fn complaint(&mut self) -> String {
        match self.random.below(8) {
            0 => "Process completed with exit code 1.".to_owned(),
            1 => "\u{1b}[31merror\u{1b}[0m CS1002: ; expected\r\n   at Program.cs:12\0".to_owned(),
            2 => format!("half an emoji {} in a test name", lone_surrogate(0xD83E)),
            3 if self.build.id % 13 == 0 => "stack overflow at frame\n".repeat(3_000),
            4 => "<img src=x onerror=alert(1)>'); DROP TABLE builds; --".to_owned(),
            _ => "Assert.Equal() Failure: expected 2, actual 3".to_owned(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what all records have")]
    fn record(&mut self, path: &[u64], parent: Option<Uuid>, kind: &'static str, name: &str, fate: Fate, start: Timestamp, end: Timestamp, attempt: i64) -> Record {
        let mut numbers = vec![self.salt, 3, self.definition.id.unsigned_abs()];
        numbers.extend(path);
        let id = guid(&numbers);
        let previous = (1..attempt).filter(|_| matches!(kind, "Stage" | "Phase" | "Job"));
        let previous = previous.map(|attempt| Previous { attempt, timeline: timeline_id(self.salt, self.build, attempt), record: id });
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
fn part(start: Timestamp, end: Timestamp, place: usize, count: usize) -> (Timestamp, Timestamp) {
    let span = (end.as_microsecond() - start.as_microsecond()).max(0);
    let at = |place: usize| {
        let share = i128::from(span) * i128::try_from(place).unwrap_or(0) / i128::try_from(count.max(1)).unwrap_or(1);
        start + SignedDuration::from_micros(i64::try_from(share).unwrap_or(0))
    };
    // The end keeps its last digit.
    (at(place), if place + 1 == count { end.max(start) } else { at(place + 1) })
}
