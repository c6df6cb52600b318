//! How far a feed moves: a function of where it stands and of the ledger's lines behind that.

use wire::proto::control::v1::{Completeness, Outcome};

/// A line of the ledger.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) page: i64,
    pub(super) cursor: Option<Vec<u8>>,
    pub(super) outcome: Option<Outcome>,
}

/// Where a feed comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Advance {
    /// All pages up to this one are committed.
    pub(super) contiguous_page: i64,
    /// The cursor, when it moves.
    pub(super) cursor: Option<Vec<u8>>,
    /// How the run ended, when it did.
    pub(super) outcome: Option<Outcome>,
}

/// Moves over the pages that follow one another without a hole. The run ends with the page that carries its outcome,
/// once it is reached, or at once when its fetcher says that nothing more will come.
///
/// `lines` are those behind `contiguous_page`, in the order of pages.
pub(super) fn advance(contiguous_page: i64, lines: &[Line]) -> Advance {
    let mut moved = Advance {
        contiguous_page,
        cursor: None,
        outcome: None,
    };
    for line in lines {
        if line.page == moved.contiguous_page + 1 {
            moved.contiguous_page = line.page;
            moved.cursor = line.cursor.clone().or(moved.cursor);
            moved.outcome = line.outcome.clone().or(moved.outcome);
        } else if line.outcome.as_ref().is_some_and(is_interrupted) {
            moved.outcome = line.outcome.clone().or(moved.outcome);
        }
    }
    moved
}

fn is_interrupted(outcome: &Outcome) -> bool {
    outcome.completeness() == Completeness::Interrupted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(page: i64, cursor: &str, completeness: Option<Completeness>) -> Line {
        Line {
            page,
            cursor: (!cursor.is_empty()).then(|| cursor.as_bytes().to_vec()),
            outcome: completeness.map(outcome),
        }
    }

    fn outcome(completeness: Completeness) -> Outcome {
        Outcome {
            completeness: completeness.into(),
            ..Outcome::default()
        }
    }

    fn check(from: i64, lines: &[Line], page: i64, cursor: &str, ended: Option<Completeness>) {
        let moved = advance(from, lines);
        assert_eq!(moved.contiguous_page, page);
        assert_eq!(
            moved.cursor.as_deref().unwrap_or_default(),
            cursor.as_bytes()
        );
        assert_eq!(moved.outcome, ended.map(outcome));
    }

    #[test]
    fn a_feed_moves_to_the_first_hole() {
        use Completeness::{Complete, Failed};
        check(0, &[], 0, "", None);
        check(0, &[line(1, "a", None), line(2, "b", None)], 2, "b", None);
        check(0, &[line(2, "b", None)], 0, "", None);
        check(
            0,
            &[line(1, "a", None), line(3, "c", Some(Complete))],
            1,
            "a",
            None,
        );
        check(
            1,
            &[line(2, "b", None), line(3, "c", Some(Complete))],
            3,
            "c",
            Some(Complete),
        );
        check(2, &[line(3, "", Some(Failed))], 3, "", Some(Failed));
    }

    #[test]
    fn a_page_without_a_cursor_leaves_it() {
        check(0, &[line(1, "a", None), line(2, "", None)], 2, "a", None);
    }

    #[test]
    fn an_interrupted_run_ends_across_a_hole_and_moves_no_further_than_it() {
        use Completeness::Interrupted;
        let lines = [line(1, "a", None), line(7, "g", Some(Interrupted))];
        check(0, &lines, 1, "a", Some(Interrupted));
    }
}
