//! How proposals come about and end: a branch, its commits, and a merge, a squash, a rebase, or nothing.

use super::{
    files::{self, Tree, note},
    import::{Change, Parent, Reference},
    story::{MAIN, Outcome, PullRequest, Teller, Tip},
    words,
};

impl Teller<'_> {
    /// A branch, its commits, and what became of it; `left` commits may become reachable.
    pub(super) fn propose(&mut self, left: usize) {
        let number = self.pull_requests.len();
        let author = self.somebody();
        let outcome = self.outcome(number, left);
        let from = self.random.below(self.main.len().min(4));
        let start = self.main[self.main.len() - 1 - from].clone();
        let title = words::title(self.random);
        let source = self.branch_name(number, author);
        let count = if outcome == Outcome::Rebased {
            1 + self.random.below(2)
        } else {
            1 + self.random.below(3)
        };
        let count = if matches!(outcome, Outcome::Squashed | Outcome::Abandoned) {
            count
        } else {
            count.min(left.max(1))
        };
        let mut tip = start;
        let mut commits = Vec::new();
        let mut touched = Tree::new();
        let mut removed = Vec::new();
        for place in 0..count {
            let changes = files::changes(self.random, &tip.tree, self.outline.lines);
            for change in &changes {
                note(change, &tip.tree, &mut touched, &mut removed);
            }
            let text = if place == 0 {
                format!("{title}\n")
            } else {
                words::message(self.random, self.import.commits.len())
            };
            let signature = self.signature(author);
            tip = self.commit(
                vec![tip.mark],
                signature.clone(),
                signature,
                text.into_bytes(),
                None,
                changes,
                tip.tree,
            );
            commits.push(tip.mark);
        }
        let created = self.tick();
        self.push(
            author,
            &format!("refs/heads/{source}"),
            None,
            Some(tip.mark),
        );
        let target = self.tip().mark;
        let mut proposal = PullRequest {
            author,
            source,
            outcome,
            commits,
            target,
            merge: None,
            title,
            created,
            closed: None,
        };
        self.close(&mut proposal, &tip, &touched, &removed, number);
        self.pull_requests.push(proposal);
    }

    fn close(
        &mut self,
        proposal: &mut PullRequest,
        tip: &Tip,
        touched: &Tree,
        removed: &[Vec<u8>],
        number: usize,
    ) {
        let branch = format!("refs/heads/{}", proposal.source);
        // Its commits are numbered alike in the tree of the target: the proposal's files win.
        let mut changes = touched
            .iter()
            .map(|(path, content)| Change::Write {
                path: path.clone(),
                content: content.clone(),
            })
            .collect::<Vec<_>>();
        let onto = self.tip().tree.clone();
        changes.extend(
            removed
                .iter()
                .filter(|path| onto.contains_key(*path))
                .map(|path| Change::Remove { path: path.clone() }),
        );
        let text = format!(
            "Merge {} into main\n\n{}\n",
            proposal.source, proposal.title
        );
        match proposal.outcome {
            Outcome::Active => {
                self.import
                    .references
                    .push((branch, Reference::Plain(Parent::Mark(tip.mark))));
                self.reachable += proposal.commits.len();
                // Conflicts leave no trial merge.
                if number % 5 != 3 {
                    let signature = self.signature(proposal.author);
                    let parents = vec![proposal.target, tip.mark];
                    let trial = self.commit(
                        parents,
                        signature.clone(),
                        signature,
                        text.into_bytes(),
                        None,
                        changes,
                        onto,
                    );
                    proposal.merge = Some(trial.mark);
                }
            }
            Outcome::Abandoned => {
                proposal.closed = Some(self.tick());
                if self.random.chance(50)
                    && self.reachable + proposal.commits.len()
                        <= self.outline.commits.saturating_sub(4)
                {
                    self.import
                        .references
                        .push((branch, Reference::Plain(Parent::Mark(tip.mark))));
                    self.reachable += proposal.commits.len();
                }
            }
            Outcome::Merged => {
                let signature = self.signature(proposal.author);
                let parents = vec![proposal.target, tip.mark];
                let merge = self.commit(
                    parents,
                    signature.clone(),
                    signature,
                    text.into_bytes(),
                    None,
                    changes,
                    onto,
                );
                self.reachable += proposal.commits.len() + 1;
                proposal.merge = Some(merge.mark);
                self.advance(merge);
                proposal.closed = Some(self.now);
            }
            Outcome::Squashed => {
                let signature = self.signature(proposal.author);
                let parents = vec![proposal.target];
                let squash = self.commit(
                    parents,
                    signature.clone(),
                    signature,
                    text.into_bytes(),
                    None,
                    changes,
                    onto,
                );
                self.reachable += 1;
                proposal.merge = Some(squash.mark);
                self.advance(squash);
                proposal.closed = Some(self.now);
            }
            Outcome::Rebased => self.rebase(proposal, changes, onto),
        }
        if matches!(
            proposal.outcome,
            Outcome::Merged | Outcome::Squashed | Outcome::Rebased
        ) {
            self.push(proposal.author, MAIN, Some(proposal.target), proposal.merge);
            self.push(
                proposal.author,
                &format!("refs/heads/{}", proposal.source),
                Some(tip.mark),
                None,
            );
        }
    }

    /// The same commits again on top of the target, by another committer.
    fn rebase(&mut self, proposal: &mut PullRequest, changes: Vec<Change>, onto: Tree) {
        let mut changes = Some(changes);
        let mut tip = Tip {
            mark: proposal.target,
            tree: onto,
        };
        for place in 0..proposal.commits.len() {
            let committer = self.somebody();
            let (author, committer) = (self.signature(proposal.author), self.signature(committer));
            let text = format!("{} ({})\n", proposal.title, place + 1);
            let part = changes.take().unwrap_or_default();
            tip = self.commit(
                vec![tip.mark],
                author,
                committer,
                text.into_bytes(),
                None,
                part,
                tip.tree,
            );
            self.reachable += 1;
            self.advance(tip.clone());
        }
        proposal.merge = Some(tip.mark);
        proposal.closed = Some(self.now);
    }

    fn outcome(&mut self, number: usize, left: usize) -> Outcome {
        let last = number + 6 >= self.outline.pull_requests;
        if left == 0 {
            return Outcome::Abandoned;
        }
        // Most of what is still open is young, some of it is forgotten.
        if (last && number.is_multiple_of(2)) || number % 29 == 9 {
            return Outcome::Active;
        }
        match self.random.below(100) {
            0..10 => Outcome::Abandoned,
            10..45 => Outcome::Merged,
            45..85 => Outcome::Squashed,
            _ => Outcome::Rebased,
        }
    }

    fn branch_name(&mut self, number: usize, author: usize) -> String {
        let slug = words::slug(self.random);
        match number % 17 {
            3 => format!("feature/ünïcode-🚀-{number}"),
            7 => format!("bugfix/#{number}-100%&more+{slug}"),
            11 => format!("dependabot/npm_and_yarn/{slug}-{number}"),
            _ => {
                let who = self.authors[author]
                    .0
                    .split(' ')
                    .next()
                    .unwrap_or("dev")
                    .to_lowercase();
                format!("users/{who}/{slug}-{number}")
            }
        }
    }
}
