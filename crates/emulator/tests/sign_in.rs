//! Signing in, and what each who has signed in then meets.

#[cfg(test)]
mod sign_in {
    pub(crate) mod asking;
    mod grants;
    mod machines;
    mod organizations;
    mod rights;
    mod tokens;
}
