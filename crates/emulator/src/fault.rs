//! Faults per endpoint.

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults;
