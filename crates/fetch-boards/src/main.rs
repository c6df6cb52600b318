//! The service `fetch-boards`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fetch::main(
        "fetch-boards",
        wire::Domain::Boards,
        fetch_boards::readers(),
    )
}
