//! What the errors of Microsoft Entra mean.
//!
//! The codes: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use crate::RefusalKind;

/// What an error means, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: RefusalKind,
    pub(crate) reason: &'static str,
    pub(crate) explanation: &'static str,
    pub(crate) remedy: &'static str,
}

const fn dead(reason: &'static str, explanation: &'static str, remedy: &'static str) -> Meaning {
    Meaning {
        kind: RefusalKind::Dead,
        reason,
        explanation,
        remedy,
    }
}

const fn misconfigured(
    reason: &'static str,
    explanation: &'static str,
    remedy: &'static str,
) -> Meaning {
    Meaning {
        kind: RefusalKind::Misconfigured,
        reason,
        explanation,
        remedy,
    }
}

const fn passing(reason: &'static str, explanation: &'static str, remedy: &'static str) -> Meaning {
    Meaning {
        kind: RefusalKind::Passing { retry_after: None },
        reason,
        explanation,
        remedy,
    }
}

static EXPIRED: Meaning = dead(
    "expired",
    "the sign-in has expired",
    "sign in again; a connection that syncs at least every 90 days does not expire",
);
static FREQUENCY: Meaning = dead(
    "expired",
    "the tenant's sign-in frequency policy has ended the sign-in",
    "sign in again; for a connection that lasts, use a service principal or ask the tenant's administrator to except Adit \
     from the policy",
);
static SINGLE_PAGE: Meaning = dead(
    "expired",
    "the sign-in has ended after 24 hours, because Adit's redirect address is registered as that of a single-page application",
    "register the redirect address under the platform Web in Entra, then sign in again",
);
static REVOKED: Meaning = dead(
    "revoked",
    "the sign-in was revoked, by the person, by an administrator, or by a change of password",
    "sign in again",
);
static USED: Meaning = dead(
    "code_used",
    "this sign-in was used already, or took too long",
    "begin the sign-in again",
);
static MFA: Meaning = dead(
    "mfa",
    "the tenant now asks for multifactor authentication, which only the person can do",
    "sign in again, and confirm with the second factor",
);
static CONDITIONAL_ACCESS: Meaning = dead(
    "conditional_access",
    "a conditional access policy of the tenant refuses this sign-in",
    "ask the tenant's administrator which policy it is (the sign-in logs of Entra name it), then sign in again from where it \
     allows, or use a service principal",
);
static RISK: Meaning = dead(
    "conditional_access",
    "Entra holds this sign-in for risky",
    "the person has to change the password or to confirm who they are, as the tenant's administrator says; then sign in again",
);
static CONSENT: Meaning = dead(
    "consent",
    "nobody has agreed that Adit may read Azure DevOps, or that was taken back",
    "sign in again and agree",
);
static ADMIN_CONSENT: Meaning = dead(
    "consent",
    "in this tenant only an administrator can agree that Adit may read Azure DevOps",
    "ask the tenant's administrator to grant consent to the application (Enterprise applications, Permissions), then sign in \
     again",
);
static DECLINED: Meaning = dead(
    "declined",
    "the person did not agree",
    "begin the sign-in again, and agree to let Adit read Azure DevOps",
);
static DISABLED: Meaning = dead(
    "disabled",
    "the account is disabled",
    "ask the tenant's administrator to enable it, or sign in with another account",
);
static LOCKED: Meaning = dead(
    "disabled",
    "the account is locked after too many attempts to sign in",
    "wait or have it unlocked, then sign in again",
);
static PASSWORD: Meaning = dead(
    "expired",
    "the account's password has expired",
    "change the password, then sign in again",
);
static NO_USER: Meaning = dead(
    "disabled",
    "the account does not exist in this tenant (any more)",
    "sign in with an account of the tenant",
);
static NOT_A_GUEST: Meaning = dead(
    "not_a_member",
    "the account is of another tenant, and no guest in this one",
    "sign in with an account of the tenant that the organization is connected to, or have it invited as a guest",
);
static NOT_ASSIGNED: Meaning = dead(
    "not_assigned",
    "the application admits only those who are assigned to it, and this account is not",
    "ask the tenant's administrator to assign the account (Enterprise applications, Users and groups), then sign in again",
);
static SIGN_IN_AGAIN: Meaning = dead(
    "interaction_required",
    "Entra wants the person to sign in again",
    "sign in again",
);
static BAD_SECRET: Meaning = misconfigured(
    "bad_secret",
    "the client secret is wrong",
    "give the secret's value, not its id, of the application with this client id",
);
static NOT_PROVEN: Meaning = misconfigured(
    "bad_secret",
    "Entra does not accept what the application proves itself with",
    "check the client id, the tenant, and the client secret or certificate of the application",
);
static NO_SECRET: Meaning = misconfigured(
    "bad_secret",
    "Entra wants the application to prove itself, and it has no client secret and no certificate here",
    "set ADIT_ENTRA_CLIENT_SECRET_FILE or ADIT_ENTRA_CERTIFICATE_FILE; for a device code, switch on \"Allow public client \
     flows\" of the application",
);
static EXPIRED_SECRET: Meaning = misconfigured(
    "expired_secret",
    "the client secret has expired",
    "add a new client secret to the application in Entra (Certificates & secrets), and give it here",
);
static BAD_CERTIFICATE: Meaning = misconfigured(
    "bad_certificate",
    "Entra does not know the certificate, or it has expired",
    "upload the certificate to the application in Entra (Certificates & secrets), and compare the thumbprint",
);
static BAD_ASSERTION: Meaning = misconfigured(
    "bad_assertion",
    "Entra does not accept what the application proves itself with",
    "check the certificate or the federated credential of the application, and this machine's clock",
);
static CLOCK: Meaning = misconfigured(
    "bad_clock",
    "Entra holds what the application proves itself with for too old or too new",
    "set this machine's clock",
);
static SUBJECT: Meaning = misconfigured(
    "subject_mismatch",
    "no federated credential of the application matches the workload's token",
    "compare issuer, subject and audience (api://AzureADTokenExchange) of the federated credential in Entra with those of the \
     workload; a new one takes some minutes to work",
);
static NO_APPLICATION: Meaning = misconfigured(
    "unknown_application",
    "the tenant does not know the application",
    "check the client id and the tenant; if the application is of another tenant, its administrator must consent to it there \
     first",
);
static DISABLED_APPLICATION: Meaning = misconfigured(
    "disabled",
    "the application is disabled",
    "ask the tenant's administrator to enable it (Enterprise applications, Properties)",
);
static NO_TENANT: Meaning = misconfigured(
    "unknown_tenant",
    "there is no such tenant",
    "check the tenant's id (Entra, Overview), or ask whether its subscription has ended",
);
static ONE_TENANT: Meaning = misconfigured(
    "tenant_not_allowed",
    "the application is registered for one tenant only",
    "sign in at that tenant, or register the application for accounts in any organizational directory",
);
static NO_RESOURCE: Meaning = misconfigured(
    "unknown_resource",
    "the tenant does not know Azure DevOps",
    "sign in to https://dev.azure.com once with an account of the tenant, or check that this is the tenant of the organization",
);
static BAD_SCOPE: Meaning = misconfigured(
    "bad_scope",
    "the application may not ask for what Adit needs of Azure DevOps",
    "add the delegated permissions of Azure DevOps to the application in Entra (API permissions)",
);
static REDIRECT: Meaning = misconfigured(
    "bad_redirect",
    "Adit's redirect address is not registered with the application",
    "add it under the platform Web in Entra (Authentication); it begins with ADIT_PUBLIC_URL",
);
static PUBLIC_CLIENT: Meaning = misconfigured(
    "bad_application",
    "Entra takes the application for a public client, which has no secret",
    "register Adit's redirect address under the platform Web in Entra, not under Mobile and desktop or Single-page",
);
static BAD_REQUEST: Meaning = misconfigured(
    "refused",
    "Entra does not understand the request",
    "check the settings of the application in Entra; if they are right, report this with its code",
);
static BUSY: Meaning = passing(
    "unavailable",
    "Entra cannot answer for the moment",
    "nothing is lost: it is tried again",
);
static THROTTLED: Meaning = passing(
    "throttled",
    "Entra was asked too often",
    "nothing is lost: it is tried again later",
);

/// Codes that say something to be acted upon.
static CODES: &[(u32, &Meaning)] = &[
    // The grant.
    (50_089, &USED),
    (50_132, &REVOKED),
    (50_133, &REVOKED),
    (50_173, &REVOKED),
    (54_005, &USED),
    (70_000, &REVOKED),
    (70_002, &NOT_PROVEN),
    (70_008, &EXPIRED),
    (70_043, &FREQUENCY),
    (501_481, &USED),
    (700_081, &EXPIRED),
    (700_082, &EXPIRED),
    (700_084, &SINGLE_PAGE),
    (50_148, &USED),
    // The second factor.
    (50_072, &MFA),
    (50_074, &MFA),
    (50_076, &MFA),
    (50_078, &MFA),
    (50_079, &MFA),
    (50_158, &MFA),
    // Conditional access; the ranges are below.
    (50_097, &CONDITIONAL_ACCESS),
    (50_131, &CONDITIONAL_ACCESS),
    (53_004, &RISK),
    (53_011, &RISK),
    (530_034, &RISK),
    // Consent.
    (65_001, &CONSENT),
    (65_004, &DECLINED),
    (65_005, &BAD_SCOPE),
    (90_008, &BAD_SCOPE),
    (90_093, &ADMIN_CONSENT),
    (90_094, &ADMIN_CONSENT),
    (900_941, &ADMIN_CONSENT),
    // The account.
    (50_020, &NOT_A_GUEST),
    (50_034, &NO_USER),
    (50_053, &LOCKED),
    (50_055, &PASSWORD),
    (50_057, &DISABLED),
    (50_105, &NOT_ASSIGNED),
    (50_058, &SIGN_IN_AGAIN),
    (50_126, &SIGN_IN_AGAIN),
    (50_144, &PASSWORD),
    (16_000, &SIGN_IN_AGAIN),
    // What the application proves itself with.
    (50_012, &BAD_CERTIFICATE),
    (50_013, &BAD_ASSERTION),
    (50_027, &BAD_ASSERTION),
    (70_021, &SUBJECT),
    (700_021, &BAD_ASSERTION),
    (700_023, &BAD_ASSERTION),
    (700_024, &CLOCK),
    (700_027, &BAD_CERTIFICATE),
    (700_211, &SUBJECT),
    (700_212, &SUBJECT),
    (700_213, &SUBJECT),
    (7_000_215, &BAD_SECRET),
    (7_000_218, &NO_SECRET),
    (7_000_222, &EXPIRED_SECRET),
    // The application and its tenant.
    (28_000, &BAD_SCOPE),
    (50_011, &REDIRECT),
    (50_059, &NO_TENANT),
    (50_128, &NO_TENANT),
    (50_194, &ONE_TENANT),
    (70_001, &NO_APPLICATION),
    (70_011, &BAD_SCOPE),
    (90_002, &NO_TENANT),
    (90_102, &REDIRECT),
    (500_011, &NO_RESOURCE),
    (500_113, &REDIRECT),
    (650_052, &NO_RESOURCE),
    (650_057, &BAD_SCOPE),
    (700_005, &USED),
    (700_016, &NO_APPLICATION),
    (700_025, &PUBLIC_CLIENT),
    (900_023, &NO_TENANT),
    (7_000_112, &DISABLED_APPLICATION),
    (7_000_229, &NO_APPLICATION),
    (9_002_325, &PUBLIC_CLIENT),
    (9_002_327, &PUBLIC_CLIENT),
    // It passes.
    (50_000, &BUSY),
    (50_196, &THROTTLED),
    (90_006, &BUSY),
    (90_012, &BUSY),
    (90_024, &BUSY),
    (90_033, &BUSY),
    (90_055, &THROTTLED),
];

/// What a code means, if it says more than the name of the error.
pub(crate) fn of_code(code: u32) -> Option<&'static Meaning> {
    let known = CODES.iter().find(|(known, _)| *known == code);
    let meaning = known.map(|(_, meaning)| *meaning);
    // Each new kind of policy gets a new number here.
    meaning.or(match code {
        53_000..54_000 | 530_000..540_000 => Some(&CONDITIONAL_ACCESS),
        _ => None,
    })
}

/// What the name of an error means (RFC 6749, OpenID Connect), where no code says more.
pub(crate) fn of_error(error: &str) -> &'static Meaning {
    match error {
        "invalid_grant" => &REVOKED,
        "interaction_required" | "login_required" | "account_selection_required" => &SIGN_IN_AGAIN,
        "consent_required" => &CONSENT,
        "access_denied" | "authorization_declined" => &DECLINED,
        "expired_token" | "code_expired" | "bad_verification_code" => &USED,
        "invalid_client" => &NOT_PROVEN,
        "unauthorized_client" => &NO_APPLICATION,
        "invalid_scope" => &BAD_SCOPE,
        "invalid_resource" => &NO_RESOURCE,
        "temporarily_unavailable" | "server_error" => &BUSY,
        _ => &BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_stands_there_twice() {
        for (index, (code, _)) in CODES.iter().enumerate() {
            assert!(
                CODES[index + 1..].iter().all(|(other, _)| other != code),
                "{code}"
            );
        }
    }

    #[test]
    fn each_says_what_to_do() {
        for (code, meaning) in CODES {
            assert!(
                !meaning.explanation.is_empty() && !meaning.remedy.is_empty(),
                "{code}"
            );
        }
    }

    #[test]
    fn a_policy_that_is_not_known_yet_is_a_policy_still() {
        for code in [53_000, 53_003, 53_009, 530_032, 530_099] {
            assert_eq!(
                of_code(code).unwrap().reason,
                "conditional_access",
                "{code}"
            );
        }
        assert_eq!(of_code(54_000), None);
    }
}
