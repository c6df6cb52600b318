//! What the machine does, and what each process needed of it.

use testkit::{SERVICES, Stack};

use crate::table::Table;

/// The machine and how busy it is.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    format!("{cores} cores; load average {}", load.join(" "))
}

/// The most memory that each process ever used.
pub(crate) fn peaks(stack: &mut Stack) -> Table<2> {
    let mut table = Table::new(["process", "MiB"]);
    for name in SERVICES {
        for service in stack.service(name) {
            table.row([name.to_owned(), mebibytes(service.peak_memory())]);
        }
    }
    let emulator = stack.emulator.service().peak_memory();
    table.row(["(emulator)".to_owned(), mebibytes(emulator)]);
    table
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| (bytes >> 20).to_string())
}
