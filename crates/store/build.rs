//! Builds anew when a migration changes, since `sqlx::migrate!` reads them at compile time.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
