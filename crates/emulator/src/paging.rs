//! Pages of a list: `$top` and `$skip` with silent caps, and tokens that hold a place.

use crate::{context::Context, refusal::Refusal};

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    pub skip: usize,
    pub top: usize,
}

impl Slice {
    /// `$top` and `$skip` of the request; more than `most` is silently cut to it, as the service does.
    pub fn asked(context: &Context, default: usize, most: usize) -> Result<Self, Refusal> {
        Self::named(context, "$top", "$skip", default, most)
    }

    /// The same under other names.
    pub fn named(
        context: &Context,
        top: &str,
        skip: &str,
        default: usize,
        most: usize,
    ) -> Result<Self, Refusal> {
        let size = |name: &str| -> Result<Option<usize>, Refusal> {
            let number = context.query.number(name)?;
            number
                .map(|number| {
                    usize::try_from(number).map_err(|_| Refusal::argument(name, "negative"))
                })
                .transpose()
        };
        Ok(Self {
            skip: size(skip)?.unwrap_or(0),
            top: size(top)?.unwrap_or(default).min(most),
        })
    }

    /// The part of these.
    pub fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let first = self.skip.min(items.len());
        let last = first.saturating_add(self.top).min(items.len());
        &items[first..last]
    }

    /// Where the next part begins, if there is one.
    pub fn next(&self, length: usize) -> Option<usize> {
        let end = self.skip.saturating_add(self.top);
        (end < length).then_some(end)
    }
}

/// A page by a header token that is the number of items gone before: returns the page and the next token.
pub fn by_offset<'a, T>(
    context: &Context,
    items: &'a [T],
    default: usize,
    most: usize,
) -> Result<(&'a [T], Option<String>), Refusal> {
    let mut slice = Slice::asked(context, default, most)?;
    if let Some(token) = context.query.get("continuationToken") {
        slice.skip = token
            .parse()
            .map_err(|_| Refusal::argument("continuationToken", token))?;
    }
    Ok((
        slice.of(items),
        slice.next(items.len()).map(|next| next.to_string()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_never_leave_the_list() {
        let items = [1, 2, 3, 4, 5];
        for (skip, top, expected, next) in [
            (0, 2, &[1, 2][..], Some(2)),
            (4, 2, &[5][..], None),
            (9, 2, &[][..], None),
            (0, usize::MAX, &items[..], None),
            (3, 2, &[4, 5][..], None),
        ] {
            let slice = Slice { skip, top };
            assert_eq!(slice.of(&items), expected);
            assert_eq!(slice.next(items.len()), next);
        }
    }
}
