//! Programs that are run to their end.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::Error;

/// Runs a program to its end and gives what it printed.
pub(crate) fn run(command: &mut Command) -> Result<String, Error> {
    run_with(command, &[])
}

/// The same with something to read.
pub(crate) fn run_with(command: &mut Command, input: &[u8]) -> Result<String, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = || Error::system(format!("run {name}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading says why in what it prints.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(failed())?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let arguments: Vec<_> = command
        .get_args()
        .take(3)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let output = format!("{}{}", stdout.trim(), stderr.trim());
    Err(Error::Failed {
        command: format!("{name} {}", arguments.join(" ")),
        output,
    })
}

/// Work that would hold up the runtime.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Failed {
            command: "a thread of our own".to_owned(),
            output: error.to_string(),
        }),
    }
}
