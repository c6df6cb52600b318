//! The control API under `/_emulator`.

use crate::routes::Routes;

/// The control API's paths.
pub fn routes(routes: Routes) -> Routes {
    routes
}
