//! The options of the writer.

/// What the writer can be told.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Writing")]
#[group(skip)]
pub struct Options {
    /// How many transactions this process has under way at once; two keep two cores of the database busy
    #[arg(long, env = "ADIT_WRITER_TASKS", default_value_t = 2, value_name = "N")]
    pub writer_tasks: usize,

    /// How many pages one transaction takes at most
    #[arg(long, env = "ADIT_WRITER_PAGES", default_value_t = 8, value_name = "N")]
    pub writer_pages: usize,
}
