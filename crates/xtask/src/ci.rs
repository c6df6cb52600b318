//! `cargo xtask ci`: all checks, the tests and the demo.

use crate::house::{self, cargo, root};
use crate::step::{self, step};
use crate::{demo, test, tool};

pub(crate) fn run() -> anyhow::Result<()> {
    step("formatting", || {
        step::run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    step("proto rules (buf)", || {
        step::run(tool::buf()?.arg("lint").current_dir(root()))
    })?;
    step("dependency rules (cargo-deny)", || {
        step::run(
            tool::cargo_deny()?
                .args(["check", "bans", "licenses", "sources"])
                .current_dir(root()),
        )
    })?;
    step("clippy", || {
        step::run(cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]))
    })?;
    step("demo", || {
        let programs = house::programs(false, &[])?;
        step::run(demo::demo(&programs)?.args(["--once", "--size", "small"]))
    })?;
    // Last, so that the closing lines are the test runner's.
    test::tests(&[])
}
