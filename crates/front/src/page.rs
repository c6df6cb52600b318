//! A page made of a template.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::Problem;
use crate::tell::IsPage;

/// A template as an answer. With a status: `(StatusCode::UNPROCESSABLE_ENTITY, Page(template))`.
#[derive(Clone, Copy, Debug)]
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => {
                let mut response = Html(text).into_response();
                response.extensions_mut().insert(IsPage);
                response
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}
