//! How an organization stands to those who call it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::refusal::{Content, Refusal};

/// The address that the emulated organizations say they were called from.
const ADDRESS: &str = "203.0.113.7";

/// The size of the page with which conditional access answers.
const PAGE_SIZE: usize = 40_000;

/// How an organization stands to those who call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Put to sleep because nobody came.
    Inactive,
    /// "Third-party application access via OAuth" is off.
    PolicyOff,
    ConditionalAccess,
    /// An address policy keeps out where we call from.
    AddressBlocked,
    /// Connected to no tenant: tokens of Entra are nothing to it.
    MicrosoftAccount,
    /// The caller is not among its users.
    NotAMember,
}

impl Standing {
    const ALL: [Self; 7] = [
        Self::Active,
        Self::Inactive,
        Self::PolicyOff,
        Self::ConditionalAccess,
        Self::AddressBlocked,
        Self::MicrosoftAccount,
        Self::NotAMember,
    ];

    /// What the control API calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::PolicyOff => "policy_off",
            Self::ConditionalAccess => "conditional_access",
            Self::AddressBlocked => "address_blocked",
            Self::MicrosoftAccount => "microsoft_account",
            Self::NotAMember => "not_a_member",
        }
    }

    /// The standing of this word.
    pub fn called(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.word() == word)
    }

    /// The tenant that it tells of.
    pub fn tenant(self, connected: Uuid) -> Uuid {
        if self == Self::MicrosoftAccount {
            Uuid::nil()
        } else {
            connected
        }
    }

    /// Refuses everybody, known or not.
    pub fn check_all(self, organization: &str) -> Result<(), Refusal> {
        if self == Self::Inactive {
            Err(Refusal::inactive(organization))
        } else {
            Ok(())
        }
    }

    /// Refuses those whose credential is good; strangers are told the tenant.
    pub fn check_known(self, id: Uuid, tenant: Uuid) -> Result<(), Refusal> {
        match self {
            Self::ConditionalAccess => Err(Refusal::conditional_access(
                "VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed.",
            )),
            // The code is the same; that the address is named is ours, since no recording is public.
            Self::AddressBlocked => Err(Refusal::conditional_access(&format!(
                "VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed. Your IP address {ADDRESS} is not allowed by the policy."
            ))),
            Self::NotAMember => Err(Refusal::not_a_member(&id.to_string())
                .header("x-vss-resourcetenant", tenant.to_string())),
            _ => Ok(()),
        }
    }
}

impl Refusal {
    /// 503 behind a byte order mark: the organization was put to sleep.
    pub fn inactive(organization: &str) -> Self {
        let message = format!(
            "TF24668: The following team project collection is stopped: {organization}. Start the collection and then try again. Administrator Reason: This Azure DevOps organization has been deactivated due to inactivity. For more information please visit aka.ms/adofootprintreduction"
        );
        let encoded = utf8_percent_encode(&message, NON_ALPHANUMERIC).to_string();
        let mut refusal = Self::typed(
            503,
            "Microsoft.VisualStudio.Services.Common.VssServiceException",
            "Microsoft.VisualStudio.Services.Common",
            &message,
        )
        .header("x-tfs-serviceerror", encoded);
        if let Content::Json(text) = &mut refusal.content {
            text.insert(0, '\u{FEFF}');
        }
        refusal
    }

    /// 403 with a page of 40 KB, of which the title tells what happened.
    fn conditional_access(message: &str) -> Self {
        let style = ".error-page{margin:0;padding:0;font-family:sans-serif}\n";
        let text = format!(
            "<!DOCTYPE html ><html><head><title>{message}</title><style>{}</style></head><body><h1>{message}</h1></body></html>",
            style.repeat(PAGE_SIZE / style.len())
        );
        Self::bare(
            403,
            Content::Text {
                media_type: "text/html; charset=utf-8",
                text,
            },
        )
    }
}
