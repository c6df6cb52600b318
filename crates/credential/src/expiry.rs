//! How near the end of a credential is, and what to do before it.

use jiff::Timestamp;

use crate::Description;

const DAY: i64 = 24 * 60 * 60;

/// How urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// More than 30 days.
    Far,
    /// At most 30 days.
    Soon,
    /// At most 7 days.
    Urgent,
    /// It is over.
    Past,
}

/// The end of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// When it ends.
    pub on: Timestamp,
    /// Whole days until then; negative when it is past.
    pub days: i64,
    /// How urgent it is.
    pub warning: Warning,
    /// What to do before it ends, for people.
    pub remedy: &'static str,
}

impl Expiry {
    pub(crate) fn new(description: &Description, on: Timestamp, now: Timestamp) -> Self {
        let seconds = on.as_second() - now.as_second();
        let days = seconds.div_euclid(DAY);
        let warning = match seconds {
            ..=0 => Warning::Past,
            _ if seconds <= 7 * DAY => Warning::Urgent,
            _ if seconds <= 30 * DAY => Warning::Soon,
            _ => Warning::Far,
        };
        Self {
            on,
            days,
            warning,
            remedy: remedy(description),
        }
    }
}

fn remedy(description: &Description) -> &'static str {
    match description {
        Description::EntraUser { .. } | Description::DeviceCode { .. } => {
            "each sync renews it: resume the connection, or sign in again"
        }
        Description::ServicePrincipalSecret { .. } => {
            "add a new client secret to the application in Entra, and re-authenticate the connection with it"
        }
        Description::ServicePrincipalCertificate { .. } => {
            "add a new certificate to the application in Entra, and re-authenticate the connection with it"
        }
        Description::PersonalAccessToken { .. } => {
            "make a new personal access token in Azure DevOps, and re-authenticate the connection with it"
        }
        Description::WorkloadIdentity { .. } | Description::ManagedIdentity { .. } => "",
    }
}
