#![doc = include_str!("../README.md")]

mod associated;
mod error;
mod key;
mod ring;
mod sealed;

pub use associated::Associated;
pub use error::Error;
pub use key::KeyId;
pub use ring::KeyRing;
pub use sealed::Sealed;
