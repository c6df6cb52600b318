//! Which application asks, and whether it proves that.

use uuid::Uuid;

use super::{Application, Audience, Entra, Refusal, asked::Asked};

/// An application that asks for tokens.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub id: Uuid,
    /// It proved who it is.
    pub confidential: bool,
    pub public: bool,
}

impl Client {
    /// Refuses an application that has not proved who it is.
    pub(super) fn must_be_confidential(&self) -> Result<(), Refusal> {
        if self.confidential {
            return Ok(());
        }
        Err(Refusal::client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ))
    }
}

impl Entra {
    /// The application that asks. What it says of itself must be right, if it says anything.
    pub(super) fn client(&mut self, asked: &Asked) -> Result<Client, Refusal> {
        self.check_tenant(&asked.tenant)?;
        let (id, secret) = asked.client();
        let id = id.ok_or_else(|| Refusal::missing("client_id"))?;
        let application = self.application_in(&id, &asked.tenant)?.clone();
        let confidential = if let Some(assertion) = asked.form.get("client_assertion") {
            self.check_assertion(&application, assertion, asked)?;
            true
        } else if let Some(secret) = secret {
            check_secret(&application, &secret, asked)?;
            true
        } else {
            false
        };
        Ok(Client {
            id: application.client_id,
            confidential,
            public: application.public,
        })
    }

    /// Refuses a tenant that is none.
    pub(super) fn check_tenant(&self, tenant: &str) -> Result<(), Refusal> {
        if is_any(tenant) || self.directory.tenant(tenant).is_some() {
            Ok(())
        } else {
            Err(Refusal::no_tenant(tenant))
        }
    }

    /// An application that people of a tenant may sign in to.
    pub(super) fn application_in(
        &self,
        client_id: &str,
        tenant: &str,
    ) -> Result<&Application, Refusal> {
        let tenant_id = self.directory.tenant(tenant).map(|tenant| tenant.id);
        self.directory
            .application(client_id)
            .filter(|application| {
                application.audience == Audience::AnyTenant
                    || tenant_id.is_none_or(|id| id == application.tenant)
            })
            .ok_or_else(|| Refusal::no_application(client_id, tenant))
    }
}

/// True for the words that stand for all tenants.
pub(super) fn is_any(tenant: &str) -> bool {
    ["organizations", "common"].contains(&tenant)
}

fn check_secret(application: &Application, secret: &str, asked: &Asked) -> Result<(), Refusal> {
    let id = application.client_id;
    let found = application
        .secrets
        .iter()
        .find(|known| known.value == secret)
        .ok_or_else(|| {
            Refusal::client(
                7_000_215,
                format!("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{id}'."),
            )
        })?;
    if found.expires <= asked.emulator.clock().now() {
        return Err(Refusal::client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        ));
    }
    Ok(())
}
