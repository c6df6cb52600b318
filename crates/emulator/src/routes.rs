//! The paths of the service. Every host is a prefix of one server; paths below it are in lower case,
//! and requests are brought to it, since the service takes its own words in any case.

use axum::{Router, routing::MethodRouter};

use crate::emulator::Emulator;

/// The prefix of the main host.
pub const AZURE_DEVOPS: &str = "/azure-devops";

/// A router that knows the levels at which the service offers a resource. Paths are what follows `/_apis`.
#[derive(Debug, Default)]
pub struct Routes(Router<Emulator>);

impl Routes {
    /// `{organization}/_apis…`
    #[must_use]
    pub fn organization(self, path: &str, method: MethodRouter<Emulator>) -> Self {
        self.raw(
            &format!("{AZURE_DEVOPS}/{{organization}}/_apis{path}"),
            method,
        )
    }

    /// `{organization}/{project}/_apis…`
    #[must_use]
    pub fn project(self, path: &str, method: MethodRouter<Emulator>) -> Self {
        self.raw(
            &format!("{AZURE_DEVOPS}/{{organization}}/{{project}}/_apis{path}"),
            method,
        )
    }

    /// `{organization}/{project}/{team}/_apis…`
    #[must_use]
    pub fn team(self, path: &str, method: MethodRouter<Emulator>) -> Self {
        self.raw(
            &format!("{AZURE_DEVOPS}/{{organization}}/{{project}}/{{team}}/_apis{path}"),
            method,
        )
    }

    /// With and without the project.
    #[must_use]
    pub fn either(self, path: &str, method: MethodRouter<Emulator>) -> Self {
        self.organization(path, method.clone())
            .project(path, method)
    }

    /// A whole path, the host's prefix included.
    #[must_use]
    pub fn raw(self, path: &str, method: MethodRouter<Emulator>) -> Self {
        Self(self.0.route(path, method))
    }

    /// The router made of all of these.
    pub fn into_router(self) -> Router<Emulator> {
        self.0
    }
}
