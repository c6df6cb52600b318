//! A certificate and its private key.

use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rustls_pki_types::pem::{self, PemObject as _, SectionKind};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use x509_cert::der::Decode as _;

use crate::Refusal;

/// What an application proves itself with.
pub(crate) struct Certificate {
    pub(crate) key: KeyPair,
    /// SHA-256, as `x5t#S256` of an assertion has it.
    pub(crate) sha256: String,
    /// SHA-1 in capital hexadecimal digits, as the pages of Entra show it.
    pub(crate) thumbprint: String,
    pub(crate) not_after: Timestamp,
}

impl Certificate {
    /// Reads PEM: a private key and the certificate that belongs to it, in any order, among others.
    pub(crate) fn parse(pem: &SecretString) -> Result<Self, Refusal> {
        let (key, certificates) = sections(pem.expose_secret())?;
        let public_key = key.public_key().as_ref().to_owned();
        for der in &certificates {
            let Ok(certificate) = x509_cert::Certificate::from_der(der) else {
                return Err(bad("a certificate in it cannot be read"));
            };
            let body = &certificate.tbs_certificate;
            if body.subject_public_key_info.subject_public_key.raw_bytes() != public_key {
                continue;
            }
            let end = body.validity.not_after.to_unix_duration().as_secs();
            let not_after = i64::try_from(end)
                .ok()
                .and_then(|end| Timestamp::from_second(end).ok());
            return Ok(Self {
                key,
                sha256: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)),
                thumbprint: hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()),
                not_after: not_after.unwrap_or(Timestamp::MAX),
            });
        }
        Err(bad(if certificates.is_empty() {
            "there is no certificate in it"
        } else {
            "the private key in it is not that of the certificate"
        }))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({})", self.thumbprint)
    }
}

fn sections(text: &str) -> Result<(KeyPair, Vec<Vec<u8>>), Refusal> {
    let mut key = None;
    let mut certificates = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
        let (kind, der) = section.map_err(|error| bad(trouble(&error)))?;
        match kind {
            SectionKind::Certificate => certificates.push(der),
            SectionKind::PrivateKey => {
                let der = Zeroizing::new(der);
                key = Some(KeyPair::from_pkcs8(&der).map_err(|_| bad(NOT_RSA))?);
            }
            SectionKind::RsaPrivateKey => {
                let der = Zeroizing::new(der);
                key = Some(KeyPair::from_der(&der).map_err(|_| bad(NOT_RSA))?);
            }
            SectionKind::EcPrivateKey => return Err(bad(NOT_RSA)),
            _ => {}
        }
    }
    if let Some(key) = key {
        return Ok((key, certificates));
    }
    Err(bad(if text.contains("ENCRYPTED PRIVATE KEY") {
        "its private key is encrypted; `openssl pkey -in key.pem` takes the password off"
    } else {
        "there is no private key in it"
    }))
}

const NOT_RSA: &str =
    "its private key is no RSA key of at least 2048 bits, the only ones that Entra takes";

fn trouble(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => "it is cut off",
        _ => "it is no PEM",
    }
}

fn bad(how: &str) -> Refusal {
    Refusal::misconfigured(
        "bad_certificate",
        format!("the certificate cannot be used: {how}"),
        "give PEM with the private key (-----BEGIN PRIVATE KEY-----) and the certificate (-----BEGIN CERTIFICATE-----) that was \
         uploaded to the application in Entra",
    )
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}
