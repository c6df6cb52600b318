//! A repository's seeded past: who worked on what, which pull requests came of it, and what was tagged.

use super::{
    files::{self, Tree, apply, write},
    import::{Change, Commit, Import, Mark, Parent, Reference, Signature},
    words,
};
use crate::random::Random;

/// The trunk.
pub(super) const MAIN: &str = "refs/heads/main";

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
    let mut teller = Teller {
        random,
        authors,
        outline,
        now: outline.first,
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
pub(super) struct Tip {
    pub(super) mark: Mark,
    pub(super) tree: Tree,
}

pub(super) struct Teller<'a> {
    pub(super) random: &'a mut Random,
    pub(super) authors: &'a [(String, String)],
    pub(super) outline: &'a Outline,
    pub(super) now: i64,
    pub(super) import: Import,
    pub(super) pull_requests: Vec<PullRequest>,
    pub(super) pushes: Vec<Push>,
    /// The last commits of the trunk, newest last: where branches begin.
    pub(super) main: Vec<Tip>,
    pub(super) reachable: usize,
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
            changes.extend(files::awkward(self.random));
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
        let changes = files::changes(self.random, &self.tip().tree.clone(), self.outline.lines);
        let message = words::message(self.random, self.import.commits.len());
        self.commit_on_main(author, message.into_bytes(), changes);
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
            let changes = files::changes(self.random, &release.tree, self.outline.lines);
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

    pub(super) fn push(
        &mut self,
        author: usize,
        reference: &str,
        old: Option<Mark>,
        new: Option<Mark>,
    ) {
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
    pub(super) fn commit(
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

    pub(super) fn advance(&mut self, tip: Tip) {
        self.main.push(tip);
        if self.main.len() > 8 {
            self.main.remove(0);
        }
    }

    pub(super) fn tip(&self) -> &Tip {
        &self.main[self.main.len() - 1]
    }

    fn point(&mut self, name: &str, reference: Reference) {
        self.import.references.push((name.to_owned(), reference));
    }

    pub(super) fn somebody(&mut self) -> usize {
        // A few people write most of the code.
        let all = self.authors.len();
        if self.random.chance(60) {
            self.random.below(all.div_ceil(4))
        } else {
            self.random.below(all)
        }
    }

    pub(super) fn signature(&mut self, author: usize) -> Signature {
        let (name, email) = &self.authors[author];
        let zone = *self.random.pick(&["+0000", "+0100", "-0800", "+0530"]);
        Signature {
            name: name.clone().into_bytes(),
            email: email.clone(),
            at: self.tick(),
            zone,
        }
    }

    /// Time goes on, so fast that the last commits come near the end.
    pub(super) fn tick(&mut self) -> i64 {
        let left = i64::try_from(self.outline.commits.saturating_sub(self.reachable)).unwrap_or(0);
        let step = (self.outline.last - self.now) * 2 / (left * 2 + 6);
        self.now = (self.now + self.random.between(1, step.max(2))).min(self.outline.last);
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
