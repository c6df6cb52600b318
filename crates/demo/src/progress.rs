//! The sync as it goes: a bar a domain on a terminal, plain lines elsewhere.

use std::collections::VecDeque;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressStyle};
use wire::Domain;
use wire::proto::control::v1::SyncStatusReply;

use crate::say::say;

/// Over how long a rate is measured.
const WINDOW: Duration = Duration::from_secs(3);
/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(2);

/// Shows how a sync goes.
#[derive(Debug)]
pub(crate) struct Progress {
    bars: Option<(MultiProgress, Vec<ProgressBar>)>,
    rates: [Rate; 4],
    said: Option<Duration>,
}

/// What one domain has done.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    feeds: u64,
    complete: u64,
    records: u64,
    lacking: u64,
    waits: Vec<&'static str>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(|| {
            let all = MultiProgress::new();
            let style = ProgressStyle::with_template(
                "  {prefix:<9} [{bar:24}] {pos:>3}/{len:<3} feeds  {msg}",
            )
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
            let bar = |domain: Domain| {
                let bar = ProgressBar::new(1)
                    .with_style(style.clone())
                    .with_prefix(domain.name());
                all.add(bar)
            };
            let bars = Domain::ALL.map(bar).into();
            (all, bars)
        });
        Self {
            bars,
            rates: Default::default(),
            said: None,
        }
    }

    /// Shows the newest standing.
    pub(crate) fn show(&mut self, status: &SyncStatusReply, elapsed: Duration) {
        let standings = Domain::ALL.map(|domain| Standing::of(status, domain));
        let rates: Vec<_> = self
            .rates
            .iter_mut()
            .zip(&standings)
            .map(|(rate, now)| rate.after(elapsed, now.records))
            .collect();
        if let Some((_, bars)) = &self.bars {
            for ((bar, standing), rate) in bars.iter().zip(&standings).zip(rates) {
                bar.set_length(standing.feeds.max(1));
                bar.set_position(standing.complete.min(standing.feeds));
                bar.set_message(standing.message(rate));
            }
            return;
        }
        if self.said.is_some_and(|said| elapsed < said + PAUSE) {
            return;
        }
        self.said = Some(elapsed);
        for ((domain, standing), rate) in Domain::ALL.iter().zip(&standings).zip(rates) {
            let feeds = format!("{}/{} feeds", standing.complete, standing.feeds);
            say(format_args!(
                "  {:>5.1} s  {:<9}  {feeds:>14}  {}",
                elapsed.as_secs_f64(),
                domain.name(),
                standing.message(rate)
            ));
        }
    }

    /// Leaves the last standing on the screen.
    pub(crate) fn end(&self) {
        for bar in self.bars.iter().flat_map(|(_, bars)| bars) {
            bar.abandon();
        }
    }
}

impl Standing {
    fn of(status: &SyncStatusReply, domain: Domain) -> Self {
        let own = || {
            status
                .entities
                .iter()
                .filter(|one| one.domain == domain.name())
        };
        let is_own = |name: &str| wire::entity(name).is_some_and(|entity| entity.domain == domain);
        let running: Vec<_> = status
            .running
            .iter()
            .filter(|run| is_own(&run.entity))
            .cloned()
            .collect();
        Self {
            feeds: own().map(|one| one.feeds).sum(),
            complete: own().map(|one| one.complete).sum(),
            records: own().map(|one| one.records).sum(),
            lacking: own().map(|one| one.gaps).sum(),
            waits: adit::waits(&running),
        }
    }

    fn message(&self, rate: u64) -> String {
        let mut parts = vec![
            format!("{} records", HumanCount(self.records)),
            format!("{}/s", HumanCount(rate)),
        ];
        if self.lacking > 0 {
            parts.push(format!("{} details lacking", HumanCount(self.lacking)));
        }
        if !self.waits.is_empty() {
            parts.push(format!("waits for {}", self.waits.join(", ")));
        }
        parts.join("  ")
    }
}

/// Records per second over the last moments.
#[derive(Debug, Default)]
struct Rate(VecDeque<(Duration, u64)>);

impl Rate {
    fn after(&mut self, elapsed: Duration, records: u64) -> u64 {
        self.0.push_back((elapsed, records));
        while self.0.len() > 2
            && self
                .0
                .front()
                .is_some_and(|(then, _)| *then + WINDOW < elapsed)
        {
            self.0.pop_front();
        }
        let Some((then, before)) = self.0.front().copied() else {
            return 0;
        };
        let milliseconds = elapsed.saturating_sub(then).as_millis();
        let grown = u128::from(records.saturating_sub(before)) * 1_000;
        u64::try_from(grown / milliseconds.max(1)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use wire::proto::control::v1::{EntityStatus, Progress as Running};

    use super::*;

    #[test]
    fn a_rate_forgets_what_is_long_ago() {
        let mut rate = Rate::default();
        let second = Duration::from_secs;
        assert_eq!(rate.after(second(0), 0), 0);
        assert_eq!(rate.after(second(1), 500), 500);
        assert_eq!(rate.after(second(2), 500), 250);
        assert_eq!(rate.after(second(10), 500), 0);
    }

    #[test]
    fn a_domain_is_summed_up_with_what_it_waits_for() {
        let entity = |domain: &str, records| EntityStatus {
            domain: domain.to_owned(),
            feeds: 2,
            complete: 1,
            records,
            gaps: 7,
            ..EntityStatus::default()
        };
        let status = SyncStatusReply {
            entities: vec![entity("git", 1_000), entity("git", 234), entity("tfvc", 5)],
            running: vec![Running {
                entity: "commits".to_owned(),
                waiting_for: "git".to_owned(),
                ..Running::default()
            }],
            ..SyncStatusReply::default()
        };
        let git = Standing::of(&status, Domain::Git);
        assert_eq!(
            git.message(12),
            "1,234 records  12/s  14 details lacking  waits for git"
        );
        assert_eq!((git.feeds, git.complete), (4, 2));
        assert!(Standing::of(&status, Domain::Tfvc).waits.is_empty());
    }
}
