//! Reading JSON that keeps few promises.

mod envelope;
mod object;
mod tree;

pub(crate) use envelope::{Listed, listed, single};
pub(crate) use object::{Item, Object, text};
pub(crate) use tree::{Children, walk};
