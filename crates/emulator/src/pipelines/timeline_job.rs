//! The jobs of a timeline and their tasks: what ran, what failed with which words, and what was skipped for it.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    timeline::{Issue, Record, Task},
    timeline_make::{Maker, part},
};
use crate::json::lone_surrogate;

/// Tasks between the checkout and the end of a job: display name, task.
const STEPS: [(&str, &str, &str, u128); 7] = [
    (
        "Restore packages",
        "NuGetCommand",
        "2.244.1",
        0x333b_11bd_d341_40d9_afcf_b32d_5ce6_f23b,
    ),
    (
        "Build",
        "DotNetCoreCLI",
        "2.244.0",
        0x5541_a522_603c_47ad_91fc_a4b1_d163_081b,
    ),
    (
        "Unit tests 🧪",
        "DotNetCoreCLI",
        "2.244.0",
        0x5541_a522_603c_47ad_91fc_a4b1_d163_081b,
    ),
    (
        "Run a script",
        "Bash",
        "3.241.2",
        0x6c73_1c3c_3c68_459a_a5c9_bde6_e659_5b5b,
    ),
    (
        "Scan",
        "PowerShell",
        "2.241.1",
        0xe213_ff0f_5d5c_4791_802d_52ea_3e7b_e1f1,
    ),
    (
        "Publish results",
        "PublishTestResults",
        "2.242.0",
        0x0b0f_01ed_7dde_43ff_9cbb_e486_9540_3d8b,
    ),
    (
        "Publish \"drop\"",
        "PublishBuildArtifacts",
        "1.239.5",
        0x2ff7_63a7_ce83_4e1f_bc89_0ae6_3477_cebe,
    ),
];
/// What became of a part of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Succeeded,
    Issues,
    Failed,
    Canceled,
    Skipped,
    Running,
    Pending,
}

impl Fate {
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Running => "inProgress",
            Self::Pending => "pending",
            _ => "completed",
        }
    }

    pub(super) fn result(self) -> Option<&'static str> {
        match self {
            Self::Succeeded => Some("succeeded"),
            Self::Issues => Some("succeededWithIssues"),
            Self::Failed => Some("failed"),
            Self::Canceled => Some("canceled"),
            Self::Skipped => Some("skipped"),
            Self::Running | Self::Pending => None,
        }
    }

    pub(super) fn ran(self) -> bool {
        !matches!(self, Self::Skipped | Self::Pending)
    }
}

/// When a part of a build ran, in which attempt, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub fate: Fate,
    pub start: Timestamp,
    pub end: Timestamp,
    pub attempt: i64,
}

impl Run {
    /// The same with another end.
    pub(super) fn with(self, fate: Fate) -> Self {
        Self { fate, ..self }
    }
}

impl Maker<'_> {
    pub(super) fn job(
        &mut self,
        records: &mut Vec<Record>,
        [stage, job]: [u64; 2],
        parent: Uuid,
        path: &str,
        run: Run,
    ) {
        let fate = run.fate;
        let name = if job == 0 {
            "Linux".to_owned()
        } else {
            format!("Windows {job}")
        };
        let mut record = self.record(&[stage, 2, job], Some(parent), "Job", &name, run);
        record.ref_name = Some(name.clone());
        record.identifier = Some(format!("{path}.Job.{name}"));
        record.order = i64::try_from(job).unwrap_or(0) + 1;
        record.queue = self.definition.queue.map(|queue| queue.id);
        let worker = if self.definition.queue.is_some_and(|queue| queue.is_hosted) {
            "Azure Pipelines 7"
        } else {
            "build-agent-3"
        };
        record.worker = fate.ran().then(|| worker.to_owned());
        if fate == Fate::Failed && self.random.chance(10) {
            record.issues.push(Issue {
                is_error: true,
                message: "The agent did not connect within the allotted time of 00:05:00. \0"
                    .to_owned(),
            });
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
            let (start, end) = part(run.start, run.end, step, count + 2);
            let run = Run {
                fate: task_fate,
                start,
                end,
                ..run
            };
            self.task(
                records,
                [stage, job, u64::try_from(step).unwrap_or(0)],
                (step, count),
                id,
                worker,
                run,
            );
        }
    }

    fn task(
        &mut self,
        records: &mut Vec<Record>,
        [stage, job, step]: [u64; 3],
        (place, count): (usize, usize),
        parent: Uuid,
        worker: &str,
        run: Run,
    ) {
        let fate = run.fate;
        let last = place == count + 1;
        let (name, task) = match place {
            0 => ("Initialize job", None),
            _ if last => ("Finalize Job", None),
            _ if place == count => ("Post-job: Checkout", None),
            _ => {
                let (name, task, version, id) = STEPS[(place - 1) % STEPS.len()];
                (
                    name,
                    Some(Task {
                        id: Uuid::from_u128(id),
                        name: task,
                        version,
                    }),
                )
            }
        };
        let mut record = self.record(&[stage, 3, job, step], Some(parent), "Task", name, run);
        record.order = i64::try_from(place).unwrap_or(0) + 1;
        record.worker = fate.ran().then(|| worker.to_owned());
        record.task = task;
        record.percent = (last && fate == Fate::Succeeded).then_some(100);
        if fate == Fate::Skipped {
            record.result_code =
                Some("Evaluating: SucceededNode()\r\nResult: False\r\n".to_owned());
            // A task that was skipped has times, a stage or job has not.
            record.started = Some(run.start);
            record.finished = Some(run.start);
        }
        if matches!(fate, Fate::Failed | Fate::Issues) {
            let message = self.complaint();
            record.issues.push(Issue {
                is_error: fate == Fate::Failed,
                message,
            });
        } else if fate == Fate::Succeeded && self.random.chance(3) {
            record.issues.push(Issue {
                is_error: false,
                message: "##[warning]node 16 is out of support".to_owned(),
            });
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
}
