//! The service `fetch-tfvc`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fetch::main("fetch-tfvc", wire::Domain::Tfvc, fetch_tfvc::readers())
}
