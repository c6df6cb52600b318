//! What an operator can tell auth.

chassis::secret_option! {
    /// Keys that seal secrets at rest, as lines `id:base64 of 32 bytes`; the first one seals, all of them open
    pub struct Keys("keys", "ADIT_KEYS");
}

/// Flatten this into the options of a process that runs auth.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    pub keys: Keys,

    #[command(flatten)]
    pub azure_devops: azdo::Options,
}
