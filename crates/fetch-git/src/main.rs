//! The service `fetch-git`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fetch::main("fetch-git", wire::Domain::Git, fetch_git::readers())
}
