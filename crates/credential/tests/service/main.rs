//! The crate against servers that behave like Entra, like a machine in Azure, and badly.

mod applications;
mod devices;
mod emulated;
mod emulator;
mod identity_tokens;
mod machines;
mod people;
mod providers;
mod recorded;
mod refusals;
mod support;
