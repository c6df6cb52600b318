#![doc = include_str!("../README.md")]

mod build_definitions;
mod builds;
mod timelines;

use fetch::Readers;

/// What this fetcher reads.
pub fn readers() -> Readers {
    Readers::default()
        .listing(build_definitions::BuildDefinitions)
        .listing(builds::Builds)
        .detail(timelines::Timelines)
}
