//! Answers that say no, in the service's own words.

use axum::http::{HeaderName, StatusCode};
use serde_json::json;
use uuid::Uuid;

/// An error answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) content: Content,
}

/// What an error answer has for a body: not always JSON.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    Json(String),
    Text {
        media_type: &'static str,
        text: String,
    },
}

impl Refusal {
    /// A typed error: `type_name` is the full .NET name, of which the last part is the type key.
    pub fn typed(status: u16, type_name: &str, assembly: &str, message: &str) -> Self {
        let type_key = type_name.rsplit('.').next().unwrap_or(type_name);
        let body = json!({
            "$id": "1",
            "innerException": null,
            "message": message,
            "typeName": format!("{type_name}, {assembly}"),
            "typeKey": type_key,
            "errorCode": 0,
            "eventId": 3000,
        });
        Self::bare(status, Content::Json(crate::json::kept(&body)))
    }

    pub(crate) fn bare(status: u16, content: Content) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: Vec::new(),
            content,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers
            .push((HeaderName::from_static(name), value.into()));
        self
    }

    /// 400: a parameter that cannot be what it is.
    pub fn argument(name: &str, value: &str) -> Self {
        Self::invalid(&format!(
            "The value '{value}' is not valid for parameter '{name}'."
        ))
    }

    /// 400 with the service's plain argument error.
    pub fn invalid(message: &str) -> Self {
        Self::typed(
            400,
            "Microsoft.VisualStudio.Services.Common.VssPropertyValidationException",
            "Microsoft.VisualStudio.Services.Common",
            message,
        )
    }

    /// 404 for a project of this name or id. Of an id the service does not tell whether it is gone or hidden.
    pub fn project_missing(name: &str) -> Self {
        if Uuid::parse_str(name).is_ok() {
            return Self::typed(
                404,
                "Microsoft.TeamFoundation.Core.WebApi.ProjectDoesNotExistException",
                "Microsoft.TeamFoundation.Core.WebApi",
                &format!(
                    "VS800075: The project with id 'vstfs:///Classification/TeamProject/{name}' does not exist, or you do not have permission to access it."
                ),
            );
        }
        Self::typed(
            404,
            "Microsoft.TeamFoundation.Core.WebApi.ProjectDoesNotExistWithNameException",
            "Microsoft.TeamFoundation.Core.WebApi",
            &format!(
                "TF200016: The following project does not exist: {name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server."
            ),
        )
    }

    /// 404 for anything else; the message carries the code.
    pub fn missing(type_name: &str, assembly: &str, message: &str) -> Self {
        Self::typed(404, type_name, assembly, message)
    }

    /// 401 with the empty collection that reads under a deleted project answer.
    pub fn project_gone() -> Self {
        Self::bare(
            401,
            Content::Json(String::from("{\"count\":0,\"value\":[]}")),
        )
        .header(
            "www-authenticate",
            "Basic realm=\"https://tfsprodsin1.app.visualstudio.com/\"",
        )
    }

    /// 403: the project is listed, and its contents are not for the caller.
    pub fn forbidden(user: &str, project: &str) -> Self {
        Self::typed(
            403,
            "Microsoft.TeamFoundation.Framework.Server.AccessCheckException",
            "Microsoft.TeamFoundation.Framework.Server",
            &format!(
                "TF50309: The following account does not have sufficient permissions to complete the operation: {user}. The following permissions are needed to perform this operation: View project-level information on {project}."
            ),
        )
    }

    /// 400 for a resource that exists as a preview only, asked for by a released version.
    pub fn preview_only(asked: &str) -> Self {
        Self::typed(
            400,
            "Microsoft.VisualStudio.Services.WebApi.VssInvalidPreviewVersionException",
            "Microsoft.VisualStudio.Services.WebApi",
            &format!(
                "The requested version \"{asked}\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: \"{asked}-preview\""
            ),
        )
    }

    /// 401 for a good credential of somebody who is not a member.
    pub fn not_a_member(user: &str) -> Self {
        Self::unauthorized(user).header("www-authenticate", "TFS-Federated, Bearer")
    }

    /// 401 with the message that names the user, empty where nobody was recognised.
    pub fn unauthorized(user: &str) -> Self {
        Self::typed(
            401,
            "Microsoft.TeamFoundation.Framework.Server.UnauthorizedRequestException",
            "Microsoft.TeamFoundation.Framework.Server",
            &format!("TF400813: The user '{user}' is not authorized to access this resource."),
        )
    }

    /// 404 for a path that no controller serves: plain text.
    pub fn no_controller(path: &str) -> Self {
        Self::bare(
            404,
            Content::Text {
                media_type: "text/plain",
                text: format!(
                    "The controller for path '{path}' was not found or does not implement IController."
                ),
            },
        )
    }

    /// 500: the emulator itself failed.
    pub fn broken(error: &anyhow::Error) -> Self {
        Self::typed(
            500,
            "Microsoft.VisualStudio.Services.Common.VssServiceException",
            "Microsoft.VisualStudio.Services.Common",
            &format!("the emulator failed: {error:#}"),
        )
    }
}
