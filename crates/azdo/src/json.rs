//! Reading JSON that keeps few promises.

mod envelope;
mod object;

pub(crate) use envelope::{Listed, listed, single};
pub(crate) use object::{Item, Object, text};
