#![doc = include_str!("../README.md")]

pub mod answer;
pub mod auth;
pub mod awkward;
pub mod change;
pub mod clock;
pub mod context;
pub mod control;
pub mod count;
pub mod date;
pub mod emulator;
pub mod fault;
pub mod json;
pub mod paging;
pub mod query;
pub mod random;
pub mod refusal;
pub mod routes;
pub mod server;
pub mod size;
pub mod truth;
pub mod wire;
pub mod world;

pub mod boards;
pub mod entra;
pub mod git;
pub mod organization;
pub mod pipelines;
pub mod tfvc;

pub use emulator::Emulator;
pub use server::Running;
pub use size::Size;
pub use world::Seed;
