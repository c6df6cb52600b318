//! The organization's endpoints.

use crate::routes::Routes;

/// Projects, teams, who am I, where is what.
pub fn routes(routes: Routes) -> Routes {
    routes
}
