#![doc = include_str!("../README.md")]

mod description;
mod expiry;
mod grant;
mod http;
pub mod oidc;
mod options;
mod refusal;
pub mod retired;
mod sign_in;
mod ways;

pub use description::{Description, KINDS, check_kind};
pub use expiry::{Expiry, Warning};
pub use grant::{Credential, Granted, Scheme};
pub use http::Http;
pub use options::{Arguments, Options, Patience, Proof, SecretSource};
pub use refusal::{Refusal, RefusalKind};
pub use sign_in::{Answer, Beginning, DeviceCode, DevicePoll, SignedIn};
pub use ways::Ways;
