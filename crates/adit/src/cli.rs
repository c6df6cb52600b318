//! The command line.

use std::process::ExitCode;

use chassis::{Advice, unknown_variables};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};
use jiff::Timestamp;

use crate::{
    audit, completions, connection, dev, entities, exit, keys, migrate, records, sync, tokens,
    users,
};

/// Adit carries Azure DevOps into PostgreSQL: connections, syncs and the records that changed.
#[derive(Debug, Parser)]
#[command(name = "adit", version, after_help = exit::CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Connections to Azure DevOps: what is read, and by which credential
    #[command(subcommand)]
    Connection(connection::Command),
    /// Orders a sync, or shows how it stands
    #[command(subcommand)]
    Sync(sync::Command),
    /// The public stream of changed records
    #[command(subcommand)]
    Records(records::Command),
    /// The keys that seal secrets at rest
    #[command(subcommand)]
    Keys(keys::Command),
    /// Shows who changed what
    Audit(audit::Options),
    /// Who may sign in to Adit
    #[command(subcommand)]
    Users(users::Command),
    /// Tokens of the HTTP API
    #[command(subcommand)]
    Tokens(tokens::Command),
    /// Lists what is read from Azure DevOps, and how
    Entities(entities::Options),
    /// Brings the database up to date, as the role that may
    Migrate(migrate::Options),
    /// Runs all seven services in this process
    Dev(Box<dev::Options>),
    /// Prints what a shell needs to complete these commands
    Completions(completions::Options),
}

/// The whole `main`.
pub fn main(clock: fn() -> Timestamp) -> ExitCode {
    let names = std::env::vars_os().map(|(name, _)| name);
    if let Err(unknown) = unknown_variables(&Cli::command(), names) {
        return exit::report(&Advice::from(unknown).into());
    }
    let matches = Cli::command().try_get_matches();
    let cli = matches.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    match cli {
        Ok((cli, matches)) => cli.run(&matches, clock),
        Err(error) => {
            // Help and version are errors to clap as well, and the only ones that belong on standard output.
            let _ = error.print();
            if error.use_stderr() {
                ExitCode::from(exit::WRONG_USE)
            } else {
                ExitCode::SUCCESS
            }
        }
    }
}

impl Cli {
    fn run(self, matches: &ArgMatches, clock: fn() -> Timestamp) -> ExitCode {
        match self.command {
            Command::Dev(options) => dev::run(*options, matches.subcommand_matches("dev"), clock),
            Command::Entities(options) => exit::code(entities::run(&options)),
            Command::Migrate(options) => exit::block_on(migrate::run(options)),
            Command::Completions(options) => {
                exit::code(completions::run(&options, Self::command()))
            }
            Command::Keys(command) => exit::block_on(keys::run(command)),
            Command::Audit(options) => exit::block_on(audit::run(options)),
            Command::Users(command) => exit::block_on(users::run(command)),
            Command::Tokens(command) => exit::block_on(tokens::run(command)),
            Command::Connection(command) => exit::block_on(connection::run(command)),
            Command::Sync(command) => exit::block_on(sync::run(command, clock)),
            Command::Records(command) => exit::block_on(records::run(command, clock)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_says_what_it_and_its_options_are() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{path}");
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                let is_helped = help.is_some_and(|help| !help.is_empty());
                assert!(is_helped, "{path} {}", argument.get_id());
            }
            for below in command.get_subcommands() {
                check(below, &path);
            }
        }
        check(&Cli::command(), "");
        let help = Cli::command().render_help().to_string();
        assert!(help.contains("Exit codes"), "{help}");
    }

    #[test]
    fn every_shell_is_given_every_command() {
        use clap::ValueEnum as _;
        for shell in clap_complete::Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "adit", &mut script);
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("reauthenticate"), "{shell}");
        }
    }

    #[test]
    fn no_secret_of_a_connection_is_an_argument_or_a_variable() {
        let cli = Cli::command();
        let connection = cli.find_subcommand("connection").unwrap();
        for command in ["add", "reauthenticate"] {
            let command = connection.find_subcommand(command).unwrap();
            for argument in command.get_arguments() {
                let name = argument.get_long().unwrap_or_default();
                let is_secret = ["pat", "secret", "certificate"]
                    .iter()
                    .any(|word| name.contains(word));
                assert!(!is_secret || name.ends_with("-file"), "--{name}");
            }
        }
    }

    #[test]
    fn every_variable_of_every_service_is_in_the_list_that_programs_share() {
        let missing: Vec<_> = chassis::variables_of(&Cli::command())
            .into_iter()
            .filter(|name| !chassis::VARIABLES.contains(&name.as_str()))
            .collect();
        assert_eq!(
            missing,
            Vec::<String>::new(),
            "add them to crates/chassis/src/variables.rs"
        );
    }

    #[test]
    fn nothing_in_the_list_of_variables_is_dead() {
        // What tests and the demo read, and no program has as an option.
        const ELSEWHERE: [&str; 1] = ["ADIT_EXAMPLES_DIR"];
        let known = chassis::variables_of(&Cli::command());
        let dead: Vec<_> = chassis::VARIABLES
            .iter()
            .filter(|name| !known.contains(**name) && !ELSEWHERE.contains(name))
            .collect();
        assert_eq!(dead, Vec::<&&str>::new(), "no option reads them");
    }

    #[test]
    fn a_misspelt_entity_is_answered_with_the_nearest() {
        let error = Cli::try_parse_from(["adit", "sync", "start", "--entity", "bilds"])
            .unwrap_err()
            .to_string();
        assert!(error.contains("`builds`"), "{error}");
    }

    #[test]
    fn entities_may_be_written_as_subjects_write_them() {
        for name in ["pull_requests", "pull-requests"] {
            Cli::try_parse_from(["adit", "records", "tail", "--entity", name]).unwrap();
        }
    }
}
