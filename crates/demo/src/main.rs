#![doc = include_str!("../README.md")]

mod options;
mod say;

mod directory;
mod house;
mod services;
mod world;

mod connect;
mod progress;
mod sync;

mod next;
mod summary;
mod verify;

mod play;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let options = options::Options::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return chassis::report(&error.into()),
    };
    match runtime.block_on(play::play(&options)) {
        Ok(code) => code,
        Err(error) => {
            say::complain(&error);
            ExitCode::FAILURE
        }
    }
}
