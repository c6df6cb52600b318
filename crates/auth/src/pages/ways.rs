//! The ways to sign in that are filled in on a page, one entry each.

/// One way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Its kind in the API.
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    pub(crate) summary: &'static str,
    fields: &'static [Asked],
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    look: Look,
    is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Text,
    Date,
    Secret,
    LongSecret,
}

/// A field on the page.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    /// As it was given; never that of a secret.
    pub(crate) value: String,
    pub(crate) is_required: bool,
    pub(crate) is_long: bool,
    look: Look,
}

impl Field {
    /// Its type in HTML.
    pub(crate) fn kind(&self) -> &'static str {
        match self.look {
            Look::Secret => "password",
            Look::Date => "date",
            Look::Text | Look::LongSecret => "text",
        }
    }
}

impl Way {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self {
            kind: "service_principal_secret",
            title: "Service principal with a client secret",
            summary: "An application of your tenant, added to the organization as a user with Basic access and Reader on its projects.",
            fields: &[TENANT, CLIENT, CLIENT_SECRET, SECRET_END],
        },
        Self {
            kind: "service_principal_certificate",
            title: "Service principal with a certificate",
            summary: "The same, without a secret that could be copied: Adit signs with the private key.",
            fields: &[TENANT, CLIENT, CERTIFICATE],
        },
        Self {
            kind: "workload_identity",
            title: "Workload identity federation",
            summary: "The platform that Adit runs on, such as Kubernetes, vouches for it: no secret at all.",
            fields: &[OWN_TENANT, OWN_CLIENT],
        },
        Self {
            kind: "managed_identity",
            title: "Managed identity",
            summary: "The identity of the machine or app in Azure that Adit runs on: no secret at all.",
            fields: &[MANAGED_CLIENT],
        },
        Self {
            kind: "personal_access_token",
            title: "Personal access token",
            summary: "Of one organization, with the read scopes for Code, Build, Work items, Project and Team. The way for organizations of Microsoft accounts.",
            fields: &[PERSONAL_ACCESS_TOKEN, TOKEN_END],
        },
    ];

    /// The way of this kind.
    pub(crate) fn of(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.kind == kind)
    }

    /// Its fields, with what was given before.
    pub(crate) fn fields(&self, given: impl Fn(&str) -> String) -> Vec<Field> {
        self.fields
            .iter()
            .map(|asked| Field {
                name: asked.name,
                label: asked.label,
                hint: asked.hint,
                value: match asked.look {
                    Look::Text | Look::Date => given(asked.name),
                    Look::Secret | Look::LongSecret => String::new(),
                },
                is_required: asked.is_required,
                is_long: asked.look == Look::LongSecret,
                look: asked.look,
            })
            .collect()
    }
}

const TENANT: Asked = Asked {
    name: "tenant_id",
    label: "Directory (tenant) ID",
    hint: "Of the tenant that the organization is connected to.",
    look: Look::Text,
    is_required: true,
};
const CLIENT: Asked = Asked {
    name: "client_id",
    label: "Application (client) ID",
    hint: "From the overview of the app registration.",
    look: Look::Text,
    is_required: true,
};
const CLIENT_SECRET: Asked = Asked {
    name: "client_secret",
    label: "Client secret",
    hint: "Its value, not its ID.",
    look: Look::Secret,
    is_required: true,
};
const SECRET_END: Asked = Asked {
    name: "expires_on",
    label: "Secret expires on",
    hint: "Entra does not tell applications: with it, Adit can warn before.",
    look: Look::Date,
    is_required: false,
};
const CERTIFICATE: Asked = Asked {
    name: "certificate",
    label: "Private key and certificate",
    hint: "Both as PEM, one after the other. The certificate is uploaded to the app registration.",
    look: Look::LongSecret,
    is_required: true,
};
const OWN_TENANT: Asked = Asked {
    name: "tenant_id",
    label: "Directory (tenant) ID",
    hint: "AZURE_TENANT_ID of the process, if left empty.",
    look: Look::Text,
    is_required: false,
};
const OWN_CLIENT: Asked = Asked {
    name: "client_id",
    label: "Application (client) ID",
    hint: "AZURE_CLIENT_ID of the process, if left empty.",
    look: Look::Text,
    is_required: false,
};
const MANAGED_CLIENT: Asked = Asked {
    name: "client_id",
    label: "Client ID",
    hint: "Of a user-assigned identity; leave it empty for the one of the system.",
    look: Look::Text,
    is_required: false,
};
const PERSONAL_ACCESS_TOKEN: Asked = Asked {
    name: "token",
    label: "Personal access token",
    hint: "Made under User settings, Personal access tokens, for one organization.",
    look: Look::Secret,
    is_required: true,
};
const TOKEN_END: Asked = Asked {
    name: "expires_on",
    label: "Token expires on",
    hint: "Azure DevOps does not tell: with it, Adit can warn before.",
    look: Look::Date,
    is_required: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_a_kind_of_credential_and_no_secret_is_shown_again() {
        for way in Way::ALL {
            assert!(credential::KINDS.contains(&way.kind), "{}", way.kind);
            for field in way.fields(|_| "canary".to_owned()) {
                let is_secret = ["token", "client_secret", "certificate"].contains(&field.name);
                assert_eq!(field.value.is_empty(), is_secret, "{}", field.name);
            }
        }
        assert!(Way::of("azure_devops_oauth").is_none());
    }
}
