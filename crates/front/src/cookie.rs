//! Cookies that a browser keeps to this very host, to safe connections and to itself.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session.
pub(crate) const SESSION: &str = "__Host-adit";
/// A sign-in by OpenID Connect that has begun.
pub(crate) const SIGN_IN: &str = "__Host-adit-sign-in";

/// What every cookie is: `__Host-` demands `Secure` and `Path=/`.
const ALWAYS: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The value of a cookie.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// Sets one, until the browser is closed.
pub fn set(name: &str, value: &str) -> HeaderValue {
    let cookie = HeaderValue::try_from(format!("{name}={value}; {ALWAYS}"));
    let mut cookie = cookie.unwrap_or_else(|_| clear(name));
    cookie.set_sensitive(true);
    cookie
}

/// Makes the browser forget one.
pub fn clear(name: &str) -> HeaderValue {
    HeaderValue::try_from(format!("{name}=; {ALWAYS}; Max-Age=0"))
        .unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; x__Host-adit=2".parse().unwrap());
        headers.append(header::COOKIE, "__Host-adit=3;b=4".parse().unwrap());
        assert_eq!(get(&headers, SESSION), Some("3"));
        assert_eq!(get(&headers, SIGN_IN), None);
    }
}
