//! The licence of one identity.

use crate::client::Client;
use crate::connection_data::ConnectedUser;
use crate::error::Error;
use crate::json::{Item, Object};
use crate::request::{Host, Request};

/// The access level, which limits what rights are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// `stakeholder`, `express` (Basic), `advanced` (Basic + Test Plans), `none`, …
    pub account_license_type: Option<String>,
    /// Where it comes from; of `msdn` the next field says more.
    pub licensing_source: Option<String>,
    /// Of a Visual Studio subscription.
    pub msdn_license_type: Option<String>,
    /// Its name for people.
    pub license_display_name: Option<String>,
    /// `active`, `pending`, `disabled`, `expired`, …
    pub status: Option<String>,
}

impl Entitlement {
    /// Whether it is the free licence that reads no code.
    pub fn is_stakeholder(&self) -> bool {
        self.account_license_type
            .as_ref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("stakeholder"))
    }
}

impl Item for Entitlement {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut level = object
            .nested("accessLevel")
            .ok_or("no access level in the answer")?;
        Ok(Self {
            account_license_type: level.text("accountLicenseType"),
            licensing_source: level.text("licensingSource"),
            msdn_license_type: level.text("msdnLicenseType"),
            license_display_name: level.text("licenseDisplayName"),
            status: level.text("status"),
        })
    }
}

impl Client {
    /// The licence of an identity of the organization, such as our own. Mostly for administrators only.
    pub async fn entitlement(&self, user: &ConnectedUser) -> Result<Option<Entitlement>, Error> {
        let Some(id) = user.id else { return Ok(None) };
        let id = id.to_string();
        let request = if user.is_service_principal() {
            Request::get("_apis/serviceprincipalentitlements/{id}", &[&id]).version("7.1-preview.1")
        } else {
            Request::get("_apis/userentitlements/{id}", &[&id])
        };
        self.find(&request.on(Host::Entitlements)).await
    }
}
