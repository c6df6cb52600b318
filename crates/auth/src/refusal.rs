//! Why a request is not granted, in words for the one who asked, with the remedy.

/// Why a request is not granted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The asker has to change something; the words say what.
    #[error("{0}")]
    Asker(String),
    /// The keys do not fit.
    #[error(transparent)]
    Vault(#[from] crate::vault::Error),
    /// The database failed.
    #[error("the database does not answer; try again")]
    Store(#[from] store::Error),
}

impl Refusal {
    pub(crate) fn asker(words: impl Into<String>) -> Self {
        Self::Asker(words.into())
    }

    /// The words, logged where an operator has to know too.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Asker(_) => {}
            Self::Vault(error) => tracing::warn!("{error}"),
            Self::Store(error) => {
                let cause = std::error::Error::source(error).map(ToString::to_string);
                tracing::warn!("{error}: {}", cause.unwrap_or_default());
            }
        }
        self.to_string()
    }
}
