//! Every way in which an organization, a project or a token refuses, and what is said of it.

use crate::state::{OrganizationState, State};

/// One way, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cause {
    /// It can be read.
    Readable,
    /// It may be read, and holds nothing.
    Empty,
    /// 200, but as nobody: an organization with public projects does not mind a bad credential.
    Anonymous,
    /// Refused here and elsewhere.
    TokenDead,
    /// The credential's own source says that it is dead.
    CredentialRefused,
    /// The credential's source did not answer.
    CredentialUnavailable,
    /// A bare 401 of a credential that nothing else is known of.
    OneOfFour,
    /// A good token of a user, refused: the policy on applications.
    OAuthPolicy,
    /// A PAT for all organizations.
    GlobalToken,
    /// A PAT where a policy or the endpoint takes none.
    TokenKind,
    /// A good credential of somebody who is no member.
    NotAMember,
    /// A good credential of another tenant than the organization's.
    OtherTenant,
    /// A credential of Entra for an organization of Microsoft accounts.
    MicrosoftAccounts,
    /// Only users have a profile, and by it a list of organizations.
    NoProfile,
    /// VS403463
    ConditionalAccess,
    /// The same, about an address.
    AddressBlocked,
    /// TF24668
    Inactive,
    /// 404 to the connection test.
    NoSuchOrganization,
    /// Welcome, and no project is shown.
    NoProjects,
    /// The right is missing.
    NoPermission,
    /// 401 or `TF200016` of one project while the organization answers.
    GoneOrHidden,
    /// A PAT without the scope of this domain.
    ScopeMissing,
    /// The right is there and the domain is not.
    SwitchedOff,
    /// TFVC has no folder of the project's name.
    NoTfvc,
    /// The licence is too low.
    Stakeholder,
    /// Rights everywhere and nothing shown anywhere, by a licence that may not be read.
    LicenceSuspected,
    /// 429 or `TF400733`
    Throttled,
    /// 5xx
    Failing,
    /// No answer.
    Silent,
    /// An answer that settles nothing.
    Unclear,
}

impl Cause {
    pub(crate) fn state(self) -> State {
        match self {
            Self::Readable | Self::Empty => State::Readable,
            Self::Anonymous | Self::TokenDead | Self::CredentialRefused => State::TokenExpired,
            Self::OAuthPolicy => State::OAuthPolicyOff,
            Self::ConditionalAccess => State::ConditionalAccess,
            Self::AddressBlocked => State::AddressBlocked,
            Self::Inactive => State::OrganizationInactive,
            Self::Stakeholder => State::LicenceTooLow,
            Self::SwitchedOff | Self::NoTfvc => State::SwitchedOff,
            Self::GlobalToken
            | Self::TokenKind
            | Self::NotAMember
            | Self::OtherTenant
            | Self::MicrosoftAccounts
            | Self::NoProfile
            | Self::NoProjects
            | Self::NoPermission
            | Self::GoneOrHidden
            | Self::ScopeMissing => State::NoPermission,
            Self::CredentialUnavailable
            | Self::OneOfFour
            | Self::NoSuchOrganization
            | Self::LicenceSuspected
            | Self::Throttled
            | Self::Failing
            | Self::Silent
            | Self::Unclear => State::Unknown,
        }
    }

    /// What it means for the way to the organization. `None`: the organization itself answers.
    pub(crate) fn organization_state(self) -> Option<OrganizationState> {
        Some(match self {
            Self::Anonymous | Self::TokenDead | Self::CredentialRefused => {
                OrganizationState::TokenExpired
            }
            Self::OAuthPolicy | Self::GlobalToken | Self::TokenKind => OrganizationState::PolicyOff,
            Self::NotAMember | Self::OtherTenant => OrganizationState::NotAMember,
            Self::MicrosoftAccounts => OrganizationState::MicrosoftAccount,
            Self::ConditionalAccess => OrganizationState::ConditionalAccess,
            Self::AddressBlocked => OrganizationState::AddressBlocked,
            Self::Inactive => OrganizationState::Inactive,
            Self::NoSuchOrganization => OrganizationState::NotFound,
            Self::CredentialUnavailable
            | Self::OneOfFour
            | Self::Throttled
            | Self::Failing
            | Self::Silent => OrganizationState::Unreachable,
            Self::Readable
            | Self::Empty
            | Self::NoProfile
            | Self::NoProjects
            | Self::NoPermission
            | Self::GoneOrHidden
            | Self::ScopeMissing
            | Self::SwitchedOff
            | Self::NoTfvc
            | Self::Stakeholder
            | Self::LicenceSuspected
            | Self::Unclear => return None,
        })
    }
}
