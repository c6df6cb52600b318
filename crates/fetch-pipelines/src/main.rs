//! The service `fetch-pipelines`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fetch::main(
        "fetch-pipelines",
        wire::Domain::Pipelines,
        fetch_pipelines::readers(),
    )
}
