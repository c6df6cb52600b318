//! The connection test: who the service thinks we are, and which organization answers.

use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Object};
use crate::request::Request;

/// Who answers to whom. Works for every kind of credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionData {
    /// The organization's id. Everything that is stored is keyed by it.
    pub instance_id: Uuid,
    /// `hosted` or `onPremises`.
    pub deployment_type: Option<String>,
    /// The service's own id.
    pub deployment_id: Option<Uuid>,
    /// Who signed in.
    pub authenticated_user: Option<ConnectedUser>,
    /// Whose rights count; another one when impersonated.
    pub authorized_user: Option<ConnectedUser>,
}

/// One of the two users of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectedUser {
    /// The organization's id of this identity.
    pub id: Option<Uuid>,
    /// Its prefix tells the kind: `aad.`, `msa.`, `aadsp.`, `svc.`.
    pub subject_descriptor: Option<String>,
    /// The name at the provider of the identity.
    pub provider_display_name: Option<String>,
    /// The name in the organization, where it differs.
    pub custom_display_name: Option<String>,
    /// Whether it may still be used.
    pub is_active: Option<bool>,
    /// Mostly a mail address.
    pub account: Option<String>,
}

impl ConnectionData {
    /// Whether we are nobody: an organization with public projects answers 200 without any
    /// credential.
    pub fn is_anonymous(&self) -> bool {
        let anonymous = Uuid::from_u128(0xaaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa);
        self.authenticated_user
            .as_ref()
            .is_none_or(|user| user.id.is_none_or(|id| id == anonymous))
    }
}

impl ConnectedUser {
    /// Whether it is an application: its licence is listed elsewhere.
    pub fn is_service_principal(&self) -> bool {
        self.subject_descriptor
            .as_ref()
            .is_some_and(|descriptor| descriptor.starts_with("aadsp."))
    }
}

impl Item for ConnectionData {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            instance_id: object.key_uuid("instanceId")?,
            deployment_type: object.text("deploymentType"),
            deployment_id: object.uuid("deploymentId"),
            authenticated_user: object.nested("authenticatedUser").map(ConnectedUser::read),
            authorized_user: object.nested("authorizedUser").map(ConnectedUser::read),
        })
    }
}

impl ConnectedUser {
    fn read(mut object: Object<'_>) -> Self {
        let mut properties = object.nested("properties");
        let mut account = properties.as_mut().and_then(|all| all.nested("Account"));
        Self {
            id: object.uuid("id"),
            subject_descriptor: object.text("subjectDescriptor"),
            provider_display_name: object.text("providerDisplayName"),
            custom_display_name: object.text("customDisplayName"),
            is_active: object.bool("isActive"),
            account: account.as_mut().and_then(|account| account.text("$value")),
        }
    }
}

impl Client {
    /// Tests the connection.
    pub async fn connection_data(&self) -> Result<ConnectionData, Error> {
        let request = Request::get("_apis/connectionData", &[]).version("7.1-preview.1");
        self.one(&request).await
    }
}
