//! The HTTP API, as a program with an administrator's token asks it.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

const ANSWER_WITHIN: Duration = Duration::from_mins(2);

/// The HTTP API of one replica of auth.
#[derive(Clone, Debug)]
pub struct Api {
    /// Where it is.
    pub url: String,
    /// The administrator's token.
    pub token: String,
    http: Client,
}

impl Api {
    /// At this address, with this token.
    pub fn new(url: &str, token: &str) -> anyhow::Result<Self> {
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            http,
        })
    }

    /// What is there.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        accepted(self.ask(Method::GET, path, None).await?)
    }

    /// Has something made or done.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        accepted(self.ask(Method::POST, path, Some(body)).await?)
    }

    /// Has something changed.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        accepted(self.ask(Method::PATCH, path, Some(body)).await?)
    }

    /// Has something deleted.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        accepted(self.ask(Method::DELETE, path, None).await?)
    }

    /// Status and body, whatever they are. The path is behind `/api/v1/`.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let url = format!("{}/api/v1/{path}", self.url);
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.context("ask the HTTP API")?;
        let status = answer.status();
        let body = answer.text().await.context("read the HTTP API's answer")?;
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        Ok((status, body))
    }
}

fn accepted((status, body): (StatusCode, Value)) -> anyhow::Result<Value> {
    if !status.is_success() {
        bail!("the HTTP API answered {status}: {body}");
    }
    Ok(body)
}
