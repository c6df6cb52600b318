//! A browser that keeps cookies and sends what browsers send, and can be told not to.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::{Client, Method};

pub(crate) struct Browser {
    client: Client,
    url: String,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers that say where a change comes from.
    pub(crate) origin: Vec<(&'static str, String)>,
    /// The token of the last form that was seen.
    pub(crate) csrf: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(client: Client, url: &str) -> Self {
        Self {
            client,
            url: url.to_owned(),
            cookies: BTreeMap::new(),
            // Chromium on a page whose referrer policy is no-referrer.
            origin: vec![
                ("origin", "null".to_owned()),
                ("sec-fetch-site", "same-origin".to_owned()),
            ],
            csrf: String::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form with the token of the last page that had one.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut form = form.to_vec();
        if !csrf.is_empty() {
            form.push(("csrf", csrf.as_str()));
        }
        self.post_as_is(path, &form).await
    }

    /// Sends a form without adding anything.
    pub(crate) async fn post_as_is(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, Some(body), &kind).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let is_change = !method.is_safe();
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if is_change {
            for (name, value) in &self.origin {
                request = request.header(*name, value);
            }
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        self.keep(response.headers());
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        if let Some(csrf) = value_of(&text, "csrf").filter(|csrf| !csrf.is_empty()) {
            self.csrf = csrf;
        }
        Answer {
            status,
            headers,
            text,
        }
    }

    /// Signs in; the answer.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let form = [("name", name), ("password", password)];
        self.post("/sign-in", &form).await
    }

    /// Invites somebody; the token of the link.
    pub(crate) async fn invite(&mut self, name: &str, role: &str) -> String {
        self.get("/users").await;
        let answer = self.post("/users", &[("name", name), ("role", role)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let link = answer.text.split("/invitation?token=").nth(1).unwrap();
        link[..43].to_owned()
    }

    /// Makes a token of the API.
    pub(crate) async fn token(&mut self, name: &str, role: &str, days: &str) -> String {
        self.get("/tokens").await;
        let form = [("name", name), ("role", role), ("days", days)];
        let answer = self.post("/tokens", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let at = answer.text.find(">adit_").unwrap() + 1;
        answer.text[at..at + 48].to_owned()
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// The value of the first input of this name on a page.
pub(crate) fn value_of(page: &str, name: &str) -> Option<String> {
    let input = page.split(&format!("name=\"{name}\"")).nth(1)?;
    let value = input.split("value=\"").nth(1)?;
    Some(value.split('"').next()?.to_owned())
}
