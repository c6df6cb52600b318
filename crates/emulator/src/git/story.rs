//! A repository's seeded past: who worked on what, which pull requests came of it, and what was tagged.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    import::{Change, Commit, Import, Mark, Parent, Reference, Signature},
    words,
};
use crate::random::Random;

/// The trunk.
pub(super) const MAIN: &str = "refs/heads/main";

/// The files of a commit. Contents are shared between the commits that have them.
type Tree = BTreeMap<Vec<u8>, Arc<Vec<u8>>>;

/// What a past shall contain.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    /// Commits that branches and tags reach, exactly.
    pub commits: usize,
    pub pull_requests: usize,
    /// Lines of a new file, about.
    pub lines: usize,
    /// With the paths, names and files that break clients.
    pub awkward: bool,
    /// Seconds since 1970.
    pub first: i64,
    pub last: i64,
}

/// A past, and the pull requests that shaped it, oldest first.
#[derive(Debug)]
pub(super) struct Story {
    pub import: Import,
    pub pull_requests: Vec<PullRequest>,
    pub pushes: Vec<Push>,
}

/// A ref that somebody moved.
#[derive(Clone, Debug)]
pub(super) struct Push {
    /// Which of the authors.
    pub author: usize,
    /// Seconds since 1970.
    pub at: i64,
    pub reference: String,
    pub old: Option<Mark>,
    pub new: Option<Mark>,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Active,
    Abandoned,
    Merged,
    Squashed,
    Rebased,
}

/// A proposal as far as its commits tell.
#[derive(Clone, Debug)]
pub(super) struct PullRequest {
    /// Which of the authors.
    pub author: usize,
    pub source: String,
    pub outcome: Outcome,
    pub commits: Vec<Mark>,
    /// Tip of the target when it was last merged, or tried.
    pub target: Mark,
    /// The merge, or the last commit that it put on the target; of an active one the trial merge.
    pub merge: Option<Mark>,
    pub title: String,
    /// Seconds since 1970.
    pub created: i64,
    pub closed: Option<i64>,
}

/// Makes up a past in which these authors worked.
pub(super) fn tell(random: &mut Random, authors: &[(String, String)], outline: &Outline) -> Story {
    let steps = i64::try_from(outline.commits.max(1)).unwrap_or(1);
    let mut teller = Teller {
        random,
        authors,
        outline,
        now: outline.first,
        step: ((outline.last - outline.first) / (steps * 2)).max(2),
        import: Import::default(),
        pull_requests: Vec::new(),
        pushes: Vec::new(),
        main: Vec::new(),
        reachable: 0,
    };
    teller.begin();
    teller.work();
    teller.finish();
    Story {
        import: teller.import,
        pull_requests: teller.pull_requests,
        pushes: teller.pushes,
    }
}

/// The trunk at one commit.
#[derive(Clone)]
struct Tip {
    mark: Mark,
    tree: Tree,
}

struct Teller<'a> {
    random: &'a mut Random,
    authors: &'a [(String, String)],
    outline: &'a Outline,
    now: i64,
    step: i64,
    import: Import,
    pull_requests: Vec<PullRequest>,
    pushes: Vec<Push>,
    /// The last commits of the trunk, newest last: where branches begin.
    main: Vec<Tip>,
    reachable: usize,
}

impl Teller<'_> {
    fn begin(&mut self) {
        let mut changes = vec![write(
            b"README.md",
            b"# Read me\n\nHow to build it.\n".to_vec(),
        )];
        for _ in 0..6 {
            let path = words::path(self.random);
            changes.push(write(&path, words::source(self.random, self.outline.lines)));
        }
        if self.outline.awkward {
            changes.extend(awkward_files(self.random));
        }
        let author = self.somebody();
        self.commit_on_main(author, b"Initial commit\n".to_vec(), changes);
        if self.outline.awkward {
            self.odd_commits();
        }
    }

    /// The commits that only odd clients made: bytes of Latin-1 with and without saying so, dates off the scale.
    fn odd_commits(&mut self) {
        let latin = Signature {
            name: b"Andr\xe9 M\xfcller".to_vec(),
            email: "andre@example.com".to_owned(),
            at: self.tick(),
            zone: "+0100",
        };
        let change = self.edit_of_main();
        self.push_main(
            latin.clone(),
            latin.clone(),
            b"Caf\xe9 ohne Angabe\n".to_vec(),
            None,
            vec![change],
        );
        let change = self.edit_of_main();
        self.push_main(
            latin.clone(),
            latin,
            b"Caf\xe9 mit Angabe\n".to_vec(),
            Some("ISO-8859-1"),
            vec![change],
        );
        let (mut epoch, committer) = (self.signature(0), self.signature(0));
        epoch.at = 0;
        epoch.zone = "+0545";
        let change = self.edit_of_main();
        self.push_main(
            epoch,
            committer,
            b"From a machine without a clock\n".to_vec(),
            None,
            vec![change],
        );
        let author = self.somebody();
        self.commit_on_main(author, b"Nothing at all\n".to_vec(), Vec::new());
    }

    fn work(&mut self) {
        // What `finish` adds: two commits on the release branch and the root of another history.
        let reserved = if self.outline.commits > 12 { 3 } else { 0 };
        let end = self.outline.commits.saturating_sub(reserved);
        while self.reachable < end {
            let left = end - self.reachable;
            let proposals_left = self.outline.pull_requests - self.pull_requests.len();
            // Every proposal costs four commits at most, and one for each must be left.
            let affordable = left >= 4 + proposals_left && proposals_left > 0;
            let due = proposals_left * 4 >= left.saturating_sub(4) || self.random.chance(40);
            if affordable && due {
                self.propose(left);
            } else {
                self.work_on_main();
            }
        }
        while self.pull_requests.len() < self.outline.pull_requests {
            self.propose(0);
        }
    }

    fn work_on_main(&mut self) {
        let author = self.somebody();
        let changes = self.changes(&self.tip().tree.clone());
        let message = words::message(self.random, self.import.commits.len());
        self.commit_on_main(author, message.into_bytes(), changes);
    }

    /// A branch, its commits, and what became of it; `left` commits may become reachable.
    fn propose(&mut self, left: usize) {
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
        let mut tip = start.clone();
        let mut commits = Vec::new();
        let mut touched = Tree::new();
        let mut removed = Vec::new();
        for place in 0..count {
            let changes = self.changes(&tip.tree);
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
        if (last && number % 2 == 0) || number % 29 == 9 {
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

    fn finish(&mut self) {
        let tip = self.tip().clone();
        let older = self.main[self.main.len() / 2].clone();
        self.point(MAIN, Reference::Plain(Parent::Mark(tip.mark)));
        let tagger = self.signature(0);
        self.point(
            "refs/tags/v1.0",
            annotated(older.mark, tagger, "Version 1.0 🎉\n\nThe first.\n"),
        );
        self.point(
            "refs/tags/v1.1-rc",
            Reference::Plain(Parent::Mark(tip.mark)),
        );
        if self.outline.commits <= 12 {
            return;
        }
        let mut release = older;
        for number in 1..=2 {
            let author = self.somebody();
            let signature = self.signature(author);
            let changes = self.changes(&release.tree);
            let text = format!("Hotfix {number}\n").into_bytes();
            release = self.commit(
                vec![release.mark],
                signature.clone(),
                signature,
                text,
                None,
                changes,
                release.tree,
            );
        }
        self.point(
            "refs/heads/release/1.0",
            Reference::Plain(Parent::Mark(release.mark)),
        );
        let tagger = self.signature(0);
        self.point(
            "refs/tags/v1.0.2",
            annotated(release.mark, tagger, "Hotfixes\n"),
        );
        let signature = self.signature(0);
        let page = vec![write(b"index.html", b"<h1>Documentation</h1>\n".to_vec())];
        let pages = self.commit(
            Vec::new(),
            signature.clone(),
            signature,
            b"Pages\n".to_vec(),
            None,
            page,
            Tree::new(),
        );
        self.point(
            "refs/heads/gh-pages",
            Reference::Plain(Parent::Mark(pages.mark)),
        );
        self.reachable += 3;
    }

    /// One to three changes of the files of a tree.
    fn changes(&mut self, tree: &Tree) -> Vec<Change> {
        let count = self.random.below(3) + 1;
        let mut changes = Vec::new();
        let mut used = Vec::<Vec<u8>>::new();
        for _ in 0..count {
            let paths = tree
                .keys()
                .filter(|path| !used.contains(path))
                .collect::<Vec<_>>();
            if paths.is_empty() {
                break;
            }
            let path = (*self.random.pick(&paths)).clone();
            let content = &tree[&path];
            match self.random.below(20) {
                0 if paths.len() > 5 => changes.push(Change::Remove { path: path.clone() }),
                1 | 2 => {
                    let to = [
                        b"moved/".as_slice(),
                        self.random.below(1_000).to_string().as_bytes(),
                        b"-",
                        &file_name(&path),
                    ]
                    .concat();
                    if !tree.contains_key(&to) && !used.contains(&to) {
                        changes.push(Change::Rename {
                            from: path.clone(),
                            to: to.clone(),
                        });
                        if self.random.chance(40) && !is_binary(content) {
                            changes.push(write(&to, words::edited(self.random, content)));
                        }
                        used.push(to);
                    }
                }
                3..7 if tree.len() < 60 => {
                    let new = words::path(self.random);
                    if !tree.contains_key(&new) && !used.contains(&new) {
                        changes.push(write(&new, words::source(self.random, self.outline.lines)));
                        used.push(new);
                    }
                }
                _ if is_binary(content) => changes.push(write(&path, binary(self.random, 600))),
                _ => changes.push(write(&path, words::edited(self.random, content))),
            }
            used.push(path);
        }
        changes
    }

    fn edit_of_main(&mut self) -> Change {
        let path = b"README.md".to_vec();
        let content = self.tip().tree.get(&path).cloned().unwrap_or_default();
        write(&path, words::edited(self.random, &content))
    }

    fn commit_on_main(&mut self, author: usize, message: Vec<u8>, changes: Vec<Change>) {
        let signature = self.signature(author);
        let old = self.main.last().map(|tip| tip.mark);
        self.push_main(signature.clone(), signature, message, None, changes);
        self.push(author, MAIN, old, Some(self.tip().mark));
    }

    fn push(&mut self, author: usize, reference: &str, old: Option<Mark>, new: Option<Mark>) {
        self.pushes.push(Push {
            author,
            at: self.now,
            reference: reference.to_owned(),
            old,
            new,
        });
    }

    fn push_main(
        &mut self,
        author: Signature,
        committer: Signature,
        message: Vec<u8>,
        encoding: Option<&'static str>,
        changes: Vec<Change>,
    ) {
        let (parents, tree) = self.main.last().map_or_else(
            || (Vec::new(), Tree::new()),
            |tip| (vec![tip.mark], tip.tree.clone()),
        );
        let tip = self.commit(parents, author, committer, message, encoding, changes, tree);
        self.reachable += 1;
        self.advance(tip);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a commit has this many parts, and this is the one place that joins them"
    )]
    fn commit(
        &mut self,
        parents: Vec<Mark>,
        author: Signature,
        committer: Signature,
        message: Vec<u8>,
        encoding: Option<&'static str>,
        changes: Vec<Change>,
        mut tree: Tree,
    ) -> Tip {
        let mark = self.import.commits.len() + 1;
        for change in &changes {
            apply(change, &mut tree);
        }
        let parents = parents.into_iter().map(Parent::Mark).collect();
        self.import.commits.push(Commit {
            mark,
            parents,
            author,
            committer,
            message,
            encoding,
            changes,
        });
        Tip { mark, tree }
    }

    fn advance(&mut self, tip: Tip) {
        self.main.push(tip);
        if self.main.len() > 8 {
            self.main.remove(0);
        }
    }

    fn tip(&self) -> &Tip {
        &self.main[self.main.len() - 1]
    }

    fn point(&mut self, name: &str, reference: Reference) {
        self.import.references.push((name.to_owned(), reference));
    }

    fn somebody(&mut self) -> usize {
        // A few people write most of the code.
        let all = self.authors.len();
        if self.random.chance(60) {
            self.random.below(all.div_ceil(4))
        } else {
            self.random.below(all)
        }
    }

    fn signature(&mut self, author: usize) -> Signature {
        let (name, email) = &self.authors[author];
        let zone = *self.random.pick(&["+0000", "+0100", "-0800", "+0530"]);
        Signature {
            name: name.clone().into_bytes(),
            email: email.clone(),
            at: self.tick(),
            zone,
        }
    }

    fn tick(&mut self) -> i64 {
        let limit = (self.outline.last - self.now).max(1);
        self.now += self.random.between(1, self.step).min(limit);
        self.now = self.now.min(self.outline.last);
        self.now
    }
}

fn annotated(commit: Mark, tagger: Signature, message: &str) -> Reference {
    Reference::Annotated {
        commit: Parent::Mark(commit),
        tagger,
        message: message.as_bytes().to_vec(),
    }
}

fn write(path: &[u8], content: Vec<u8>) -> Change {
    Change::Write {
        path: path.to_vec(),
        content: Arc::new(content),
    }
}

fn apply(change: &Change, tree: &mut Tree) {
    match change {
        Change::Write { path, content } => drop(tree.insert(path.clone(), content.clone())),
        Change::Remove { path } => drop(tree.remove(path)),
        Change::Rename { from, to } => {
            if let Some(content) = tree.remove(from) {
                tree.insert(to.clone(), content);
            }
        }
        Change::Tree { .. } => {}
    }
}

/// Remembers what a proposal's change comes to in the end.
fn note(change: &Change, before: &Tree, touched: &mut Tree, removed: &mut Vec<Vec<u8>>) {
    match change {
        Change::Write { path, content } => {
            removed.retain(|gone| gone != path);
            touched.insert(path.clone(), content.clone());
        }
        Change::Remove { path } => {
            touched.remove(path);
            removed.push(path.clone());
        }
        Change::Rename { from, to } => {
            let content = touched
                .remove(from)
                .or_else(|| before.get(from).cloned())
                .unwrap_or_default();
            removed.push(from.clone());
            touched.insert(to.clone(), content);
        }
        Change::Tree { .. } => {}
    }
}

fn awkward_files(random: &mut Random) -> Vec<Change> {
    vec![
        write(b"assets/logo.png", binary(random, 2_000)),
        write(b"docs/with space & #hash %25.md", words::source(random, 8)),
        write("docs/ünïcode-🚀.md".as_bytes(), words::source(random, 8)),
        write(b"docs/caf\xe9-latin1.txt", words::source(random, 5)),
        write(b"docs/quote\" and\ttab.txt", words::source(random, 5)),
        write(b"empty.txt", Vec::new()),
        write(b"no-final-newline.txt", b"one\ntwo".to_vec()),
        write(b"data/large.csv", words::source(random, 9_000)),
    ]
}

fn binary(random: &mut Random, length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0".to_vec();
    bytes.extend((0..length).map(|_| u8::try_from(random.below(256)).unwrap_or_default()));
    bytes
}

fn is_binary(content: &[u8]) -> bool {
    content.contains(&0)
}

fn file_name(path: &[u8]) -> Vec<u8> {
    path.rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or(path)
        .to_vec()
}
