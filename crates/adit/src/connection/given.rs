//! The ways in, as they are given on a command line. Secrets come from files or standard input: others see arguments.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chassis::{Advice, Secret};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::put;

/// Larger than any secret.
const LARGEST: u64 = 64 * 1024;

/// What a connection signs in with.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Credential (one of the first six, and what belongs to it)")]
#[group(skip)]
pub(super) struct Given {
    #[command(flatten)]
    way: Way,

    /// Tenant of the application; for --device-code the tenant to sign in to, by guid or domain
    #[arg(long, value_name = "TENANT")]
    tenant_id: Option<String>,

    /// Application (client) id
    #[arg(long, value_name = "GUID")]
    client_id: Option<Uuid>,

    /// File of the client secret, `-` for standard input
    #[arg(
        long,
        value_name = "FILE",
        requires = "service_principal",
        conflicts_with = "certificate_file"
    )]
    client_secret_file: Option<PathBuf>,

    /// When the token or client secret ends (a day or a time, UTC), to be warned before: nobody else tells
    #[arg(long, value_name = "DATE", value_parser = moment)]
    expires_on: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, clap::Args)]
#[group(required = true, multiple = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a flag each on the command line"
)]
struct Way {
    /// A person signs in with Microsoft: elsewhere, by a code that is shown here
    #[arg(long, conflicts_with_all = ["pat_file", "service_principal", "certificate_file", "workload_identity", "managed_identity"])]
    device_code: bool,

    /// A personal access token of one organization: its file, `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["service_principal", "certificate_file", "workload_identity", "managed_identity"])]
    pat_file: Option<PathBuf>,

    /// An application of Microsoft Entra; needs --tenant-id, --client-id, and --client-secret-file or --certificate-file
    #[arg(long, requires_all = ["tenant_id", "client_id"], conflicts_with_all = ["workload_identity", "managed_identity"])]
    service_principal: bool,

    /// The same by certificate: the file of certificate and private key (PEM), `-` for standard input
    #[arg(long, value_name = "FILE", requires_all = ["tenant_id", "client_id"], conflicts_with_all = ["workload_identity", "managed_identity"])]
    certificate_file: Option<PathBuf>,

    /// The workload that Adit runs as, vouched for by its platform; --tenant-id and --client-id if the platform does not tell
    #[arg(long, conflicts_with = "managed_identity")]
    workload_identity: bool,

    /// The managed identity of the machine that Adit runs on; --client-id chooses one of several
    #[arg(long)]
    managed_identity: bool,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Plan {
    /// A person signs in; in this tenant, if it is given.
    Device { tenant: Option<String> },
    /// This is sent. It holds a secret.
    Send(Credential),
}

/// A credential as the API takes it.
pub(super) struct Credential(Value);

impl Credential {
    pub(super) fn draft(id: &str) -> Self {
        Self(json!({ "kind": "draft", "draft": id }))
    }

    /// To be sent, and nothing else.
    pub(super) fn expose(self) -> Value {
        self.0
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credential({})", self.0["kind"])
    }
}

impl Given {
    pub(super) fn plan(self) -> anyhow::Result<Plan> {
        self.check()?;
        if self.way.device_code {
            return Ok(Plan::Device {
                tenant: self.tenant_id,
            });
        }
        let mut body = if let Some(file) = &self.way.pat_file {
            json!({ "kind": "personal_access_token", "token": read(file)?.expose_secret() })
        } else if let Some(file) = &self.way.certificate_file {
            let certificate = read(file)?;
            json!({ "kind": "service_principal_certificate", "certificate": certificate.expose_secret() })
        } else if self.way.service_principal {
            let file = self
                .client_secret_file
                .as_deref()
                .context(Advice::configuration(
                    "a service principal needs a secret or a certificate",
                    "add --client-secret-file FILE or --certificate-file FILE",
                ))?;
            json!({ "kind": "service_principal_secret", "client_secret": read(file)?.expose_secret() })
        } else if self.way.workload_identity {
            json!({ "kind": "workload_identity" })
        } else {
            json!({ "kind": "managed_identity" })
        };
        let tenant = self.tenant_id.as_deref().map(guid).transpose()?;
        put(&mut body, "tenant_id", tenant.map(|id| id.to_string()));
        put(
            &mut body,
            "client_id",
            self.client_id.map(|id| id.to_string()),
        );
        put(
            &mut body,
            "expires_on",
            self.expires_on.map(|at| at.to_string()),
        );
        Ok(Plan::Send(Credential(body)))
    }

    /// What does not belong to the way is refused rather than overlooked.
    fn check(&self) -> anyhow::Result<()> {
        let way = &self.way;
        let is_person = way.device_code;
        let is_token = way.pat_file.is_some();
        let has_secret = is_token || (way.service_principal && way.certificate_file.is_none());
        for (option, is_given, belongs) in [
            (
                "--tenant-id",
                self.tenant_id.is_some(),
                !is_token && !way.managed_identity,
            ),
            (
                "--client-id",
                self.client_id.is_some(),
                !is_token && !is_person,
            ),
            ("--expires-on", self.expires_on.is_some(), has_secret),
        ] {
            if is_given && !belongs {
                bail!(Advice::configuration(
                    format!("{option} does not belong to this kind of credential"),
                    "leave it out; `adit connection add --help` tells what belongs to which",
                ));
            }
        }
        Ok(())
    }
}

fn guid(text: &str) -> anyhow::Result<Uuid> {
    text.parse().context(Advice::configuration(
        "--tenant-id is no guid",
        "give the tenant's guid: its domain is enough for --device-code only",
    ))
}

/// Reads a day, which is meant from its beginning, or a time.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Date = text
        .parse()
        .map_err(|_| "give a day or a time, such as 2026-11-30".to_owned())?;
    let start = day.to_zoned(TimeZone::UTC);
    start
        .map(|start| start.timestamp())
        .map_err(|error| error.to_string())
}

fn read(path: &Path) -> anyhow::Result<SecretString> {
    if path != Path::new("-") {
        return Secret::file(path).read().context(Advice::configuration(
            "cannot read the credential",
            "name a file that you can read and that holds nothing else",
        ));
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        bail!(Advice::configuration(
            "standard input is a terminal, which would show the secret",
            "pipe it in, or name a file",
        ));
    }
    piped(input.lock())
}

fn piped(input: impl std::io::Read) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    let read = input.take(LARGEST + 1).read_to_string(&mut text);
    let text = SecretString::from(text);
    read.context("read the secret from standard input")?;
    let secret = text.expose_secret().trim();
    let is_sane = !secret.is_empty() && secret.len() as u64 <= LARGEST;
    if !is_sane {
        bail!(Advice::configuration(
            "standard input holds no secret, or more than one",
            "pipe in the secret and nothing else",
        ));
    }
    Ok(SecretString::from(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        given: Given,
    }

    const GUID: &str = "499b84ac-1321-427f-aa17-267ca6975798";

    fn plan(arguments: &str) -> anyhow::Result<Plan> {
        let arguments = std::iter::once("x").chain(arguments.split_whitespace());
        Line::try_parse_from(arguments)?.given.plan()
    }

    fn sent(arguments: &str) -> Value {
        match plan(arguments).unwrap() {
            Plan::Send(credential) => credential.expose(),
            Plan::Device { .. } => panic!("nothing is sent for {arguments}"),
        }
    }

    fn secret() -> (tempfile::NamedTempFile, String) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "canary\n").unwrap();
        let path = file.path().display().to_string();
        (file, path)
    }

    #[test]
    fn each_way_is_sent_as_the_api_takes_it() {
        let (_file, path) = secret();
        assert_eq!(
            sent(&format!("--pat-file {path} --expires-on 2026-11-30")),
            json!({ "kind": "personal_access_token", "token": "canary", "expires_on": "2026-11-30T00:00:00Z" })
        );
        let application = format!("--tenant-id {GUID} --client-id {GUID}");
        assert_eq!(
            sent(&format!(
                "--service-principal {application} --client-secret-file {path} --expires-on 2026-11-30T12:00Z"
            )),
            json!({
                "kind": "service_principal_secret", "tenant_id": GUID, "client_id": GUID, "client_secret": "canary",
                "expires_on": "2026-11-30T12:00:00Z"
            })
        );
        let by_certificate = json!({
            "kind": "service_principal_certificate", "tenant_id": GUID, "client_id": GUID, "certificate": "canary"
        });
        for way in ["", "--service-principal"] {
            let arguments = format!("{way} --certificate-file {path} {application}");
            assert_eq!(sent(&arguments), by_certificate);
        }
        assert_eq!(
            sent("--workload-identity"),
            json!({ "kind": "workload_identity" })
        );
        assert_eq!(
            sent(&format!("--managed-identity --client-id {GUID}")),
            json!({ "kind": "managed_identity", "client_id": GUID })
        );
    }

    #[test]
    fn what_auth_reads_is_what_is_sent() {
        let (_file, path) = secret();
        let application = format!("--tenant-id {GUID} --client-id {GUID}");
        for arguments in [
            format!("--pat-file {path} --expires-on 2026-11-30"),
            format!("--service-principal {application} --client-secret-file {path}"),
            format!("--certificate-file {path} {application}"),
            format!("--workload-identity {application}"),
            format!("--managed-identity --client-id {GUID}"),
        ] {
            auth::Given::read(sent(&arguments)).unwrap();
        }
        auth::Given::read(Credential::draft(GUID).expose()).unwrap();
    }

    #[test]
    fn a_person_may_name_the_tenant_by_its_domain() {
        let Plan::Device { tenant } = plan("--device-code --tenant-id fabrikam.com").unwrap()
        else {
            panic!("a person signs in");
        };
        assert_eq!(tenant.as_deref(), Some("fabrikam.com"));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let (_file, path) = secret();
        for arguments in [
            String::new(),
            "--device-code --managed-identity".to_owned(),
            format!("--pat-file {path} --client-id {GUID}"),
            format!("--pat-file {path} --certificate-file {path}"),
            format!("--service-principal --client-secret-file {path}"),
            format!("--service-principal --tenant-id {GUID} --client-id {GUID}"),
            format!(
                "--service-principal --tenant-id fabrikam.com --client-id {GUID} --client-secret-file {path}"
            ),
            format!("--managed-identity --client-secret-file {path}"),
            "--device-code --expires-on 2026-11-30".to_owned(),
            "--workload-identity --expires-on someday".to_owned(),
            "--pat-file /nowhere".to_owned(),
        ] {
            plan(&arguments).unwrap_err();
        }
    }

    #[test]
    fn a_secret_is_piped_in_and_never_shown() {
        assert_eq!(
            piped(&b" canary\r\n"[..]).unwrap().expose_secret(),
            "canary"
        );
        piped(&b" \n"[..]).unwrap_err();
        piped(&vec![b'x'; 65 * 1024][..]).unwrap_err();
        let (_file, path) = secret();
        let plan = plan(&format!("--pat-file {path}")).unwrap();
        assert!(!format!("{plan:?}").contains("canary"), "{plan:?}");
    }
}
