//! What the caller may do, many questions in one request.

use serde::Serialize;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Object};
use crate::request::Request;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// Which kind of thing.
    #[serde(rename = "securityNamespaceId")]
    pub namespace: Uuid,
    /// Which thing, in a form that each namespace has of its own.
    pub token: String,
    /// Which rights, one bit each.
    pub permissions: i64,
}

/// The question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// Which kind of thing.
    pub namespace: Option<Uuid>,
    /// Which thing.
    pub token: Option<String>,
    /// Which rights.
    pub permissions: Option<i64>,
    /// Whether the caller has all of them.
    pub value: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    always_allow_administrators: bool,
    evaluations: &'a [Evaluation],
}

struct Answers(Vec<Evaluated>);

impl Item for Evaluated {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            namespace: object.uuid("securityNamespaceId"),
            token: object.text("token"),
            permissions: object.int("permissions"),
            value: object.bool("value"),
        })
    }
}

impl Item for Answers {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        if !object.has("evaluations") {
            return Err("no evaluations in the answer".to_owned());
        }
        Ok(Self(object.items("evaluations")))
    }
}

impl Client {
    /// Evaluates rights of the caller. No limit of their number is documented.
    pub async fn permissions(&self, asked: &[Evaluation]) -> Result<Vec<Evaluated>, Error> {
        let batch = Batch {
            always_allow_administrators: false,
            evaluations: asked,
        };
        let body = serde_json::to_string(&batch).unwrap_or_default();
        let request = Request::post("_apis/security/permissionevaluationbatch", &[], body);
        let answers: Answers = self.one(&request).await?;
        Ok(answers.0)
    }
}
