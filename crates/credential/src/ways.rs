//! All the ways in.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::application::Application;
use crate::certificate::Certificate;
use crate::entra::Authority;
use crate::entra_sign_in::{EntraSignIn, admit};
use crate::entra_user::EntraUser;
use crate::fault::Fault;
use crate::keys::Keys;
use crate::managed_identity::{ManagedIdentity, Source};
use crate::personal_access_token::PersonalAccessToken;
use crate::service_principal_certificate::ServicePrincipalCertificate;
use crate::service_principal_secret::ServicePrincipalSecret;
use crate::sign_in::{Answer, Beginning, DeviceCode, DevicePoll, SignedIn};
use crate::tenant::Tenant;
use crate::workload_identity::WorkloadIdentity;
use crate::{Credential, Description, Http, Options, Refusal, address};

/// Opens credentials, and leads people through a sign-in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ways {
    http: Http,
    authority: Authority,
    options: Arc<Options>,
    sign_in: Option<Arc<EntraSignIn>>,
}

impl Ways {
    /// Refuses options that cannot be meant, as an address that would send secrets in the clear.
    pub fn new(options: Options, clock: fn() -> Timestamp) -> Result<Self, Refusal> {
        let arguments = &options.arguments;
        address::check(&options.login_url, "ADIT_LOGIN_URL")?;
        address::check_link_local(&arguments.imds_url, "ADIT_IMDS_URL")?;
        if let Some(endpoint) = &arguments.identity_endpoint {
            address::check_link_local(endpoint, "IDENTITY_ENDPOINT")?;
        }
        if let Some(host) = &arguments.azure_authority_host {
            address::check(host, "AZURE_AUTHORITY_HOST")?;
        }
        let http = Http::new(clock)?;
        let authority = Authority::new(options.login_url.clone());
        let sign_in = arguments.entra_client_id.map(|client_id| EntraSignIn {
            http: http.clone(),
            authority: authority.clone(),
            application: Application::new(client_id, options.proof.clone()),
            tenants: arguments.entra_tenants.0.clone(),
            keys: Keys::new(http.clone(), authority.keys()),
        });
        Ok(Self {
            http,
            authority,
            sign_in: sign_in.map(Arc::new),
            options: Arc::new(options),
        })
    }

    /// The connections, for an [`oidc::Provider`](crate::oidc::Provider).
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Whether people can sign in with Microsoft: an application is configured.
    pub fn signs_people_in(&self) -> bool {
        self.sign_in.is_some()
    }

    /// Opens a credential. Asks nobody yet, and refuses what can be seen to be wrong.
    pub fn open(
        &self,
        description: &Description,
        secret: Option<SecretString>,
    ) -> Result<Box<dyn Credential>, Refusal> {
        let http = self.http.clone();
        let needed = move || secret.ok_or_else(|| missing(description));
        Ok(match description {
            Description::EntraUser { tenant_id, .. } => {
                let application = self.people()?.application.clone();
                Box::new(self.user(application, *tenant_id, needed()?)?)
            }
            Description::DeviceCode { tenant_id, .. } => {
                let application = self.people()?.application.public();
                Box::new(self.user(application, *tenant_id, needed()?)?)
            }
            Description::ServicePrincipalSecret {
                tenant_id,
                client_id,
                ..
            } => Box::new(ServicePrincipalSecret {
                http,
                endpoint: self.endpoint(*tenant_id)?,
                client_id: *client_id,
                client_secret: needed()?,
            }),
            Description::ServicePrincipalCertificate {
                tenant_id,
                client_id,
                ..
            } => Box::new(ServicePrincipalCertificate {
                http,
                endpoint: self.endpoint(*tenant_id)?,
                client_id: *client_id,
                certificate: Certificate::parse(&needed()?)?,
            }),
            Description::WorkloadIdentity {
                tenant_id,
                client_id,
            } => Box::new(self.workload(*tenant_id, *client_id)?),
            Description::ManagedIdentity { client_id } => Box::new(ManagedIdentity {
                http,
                source: self.machine(),
                client_id: *client_id,
                patience: self.options.patience,
            }),
            Description::PersonalAccessToken { .. } => {
                Box::new(PersonalAccessToken::new(&needed()?)?)
            }
        })
    }

    /// Reads what somebody gave as a certificate: the description of a service principal with it.
    pub fn certificate(
        tenant_id: Uuid,
        client_id: Uuid,
        pem: &SecretString,
    ) -> Result<Description, Refusal> {
        let certificate = Certificate::parse(pem)?;
        Ok(Description::ServicePrincipalCertificate {
            tenant_id,
            client_id,
            thumbprint: certificate.thumbprint,
            expires_on: Some(certificate.not_after),
        })
    }

    /// Begins a sign-in with a browser, at a tenant (a guid, a domain) or at `organizations`.
    pub fn sign_in(&self, tenant: &str, redirect: &Url) -> Result<Beginning, Refusal> {
        self.people()?.begin(tenant, redirect)
    }

    /// Reads the `error` and `error_description` that came back with a browser instead of a code. Nothing of them is repeated
    /// but the code: anybody can write such an address.
    pub fn declined(&self, error: &str, description: &str) -> Refusal {
        Fault::of_browser(error, description).refusal(None)
    }

    /// Redeems the code that came back. Compare the state before.
    pub async fn redeem(&self, answer: Answer) -> Result<SignedIn, Refusal> {
        self.people()?.redeem(answer).await
    }

    /// Begins a sign-in with a code on another device.
    pub async fn device_begin(&self, tenant: &str) -> Result<DeviceCode, Refusal> {
        self.people()?.device_begin(tenant).await
    }

    /// Asks how far it is. A refusal that is not passing ends it.
    pub async fn device_poll(
        &self,
        device_code: &SecretString,
        tenant: &str,
    ) -> Result<DevicePoll, Refusal> {
        self.people()?.device_poll(device_code, tenant).await
    }

    fn people(&self) -> Result<&EntraSignIn, Refusal> {
        self.sign_in.as_deref().ok_or_else(|| {
            Refusal::misconfigured(
                "not_configured",
                "nobody can sign in with Microsoft here, because this installation has no application in Entra",
                "register an application in Entra, and set ADIT_ENTRA_CLIENT_ID and ADIT_ENTRA_CLIENT_SECRET_FILE; or connect \
                 with a service principal or a personal access token",
            )
        })
    }

    fn user(
        &self,
        application: Application,
        tenant: Uuid,
        refresh_token: SecretString,
    ) -> Result<EntraUser, Refusal> {
        admit(&self.options.arguments.entra_tenants.0, tenant)?;
        Ok(EntraUser {
            http: self.http.clone(),
            authority: self.authority.clone(),
            application,
            tenant: Tenant::Id(tenant),
            refresh_token,
        })
    }

    fn endpoint(&self, tenant: Uuid) -> Result<Url, Refusal> {
        admit(&self.options.arguments.entra_tenants.0, tenant)?;
        Ok(self.authority.token(&Tenant::Id(tenant)))
    }

    fn workload(
        &self,
        tenant: Option<Uuid>,
        client: Option<Uuid>,
    ) -> Result<WorkloadIdentity, Refusal> {
        let arguments = &self.options.arguments;
        let unset = |variable: &str, what: &str| {
            Refusal::misconfigured(
                "not_configured",
                format!("{variable} is not set"),
                format!(
                    "{what}; in Kubernetes, label the pod azure.workload.identity/use: \"true\""
                ),
            )
        };
        let tenant = tenant.or(arguments.azure_tenant_id);
        let tenant =
            tenant.ok_or_else(|| unset("AZURE_TENANT_ID", "set it, or name the tenant"))?;
        let client = client.or(arguments.azure_client_id);
        let client =
            client.ok_or_else(|| unset("AZURE_CLIENT_ID", "set it, or name the client id"))?;
        let file = arguments.azure_federated_token_file.clone();
        let file =
            file.ok_or_else(|| unset("AZURE_FEDERATED_TOKEN_FILE", "let the platform set it"))?;
        admit(&arguments.entra_tenants.0, tenant)?;
        let host = arguments.azure_authority_host.clone();
        let authority = host.map_or_else(|| self.authority.clone(), Authority::new);
        Ok(WorkloadIdentity {
            http: self.http.clone(),
            endpoint: authority.token(&Tenant::Id(tenant)),
            client_id: client,
            token_file: file,
        })
    }

    fn machine(&self) -> Source {
        let arguments = &self.options.arguments;
        match (&arguments.identity_endpoint, &arguments.identity_header) {
            (Some(endpoint), Some(header)) => Source::Platform {
                endpoint: endpoint.clone(),
                header: header.clone(),
            },
            _ => Source::Machine(arguments.imds_url.clone()),
        }
    }
}

fn missing(description: &Description) -> Refusal {
    Refusal::dead(
        "no_secret",
        format!(
            "the secret of this connection ({}) is not there",
            description.label()
        ),
        "re-authenticate the connection",
    )
}
