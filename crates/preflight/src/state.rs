//! The words for what can be read, and for the way to an organization.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Makes an enum whose members have one name each in text, JSON and the database.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $text:literal, $label:literal;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $member,)+
        }

        impl $name {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$member,)+];

            /// Its name in JSON, SQL and the command line.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $text,)+
                }
            }

            /// The one of this name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }

            /// Its name for people.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$member => $label,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Whether something can be read, and if not, what keeps it.
    State {
        /// It can be read.
        Readable = "readable", "readable";
        /// The identity lacks a right, or what was asked for is hidden from it.
        NoPermission = "no_permission", "no permission";
        /// The project does not have this domain.
        SwitchedOff = "switched_off", "domain switched off";
        /// A Stakeholder reads no code.
        LicenceTooLow = "licence_too_low", "licence too low (Stakeholder)";
        /// The organization does not admit applications that act for users.
        OAuthPolicyOff = "oauth_policy_off", "OAuth policy off";
        /// A conditional access policy of the tenant was not met.
        ConditionalAccess = "conditional_access", "conditional access";
        /// Our network address is not admitted.
        AddressBlocked = "address_blocked", "address blocked";
        /// The organization was deactivated.
        OrganizationInactive = "organization_inactive", "organization inactive";
        /// The credential is not accepted any more.
        TokenExpired = "token_expired", "token expired";
        /// Nobody could tell at this time.
        Unknown = "unknown", "unknown";
    }
}

words! {
    /// The state of the way to an organization.
    OrganizationState {
        /// It answers us.
        Active = "active", "active";
        /// It was deactivated for inactivity.
        Inactive = "inactive", "inactive";
        /// The credential is good, but the identity does not belong to it.
        NotAMember = "not_a_member", "not a member";
        /// A policy of it forbids this kind of credential.
        PolicyOff = "policy_off", "forbidden by policy";
        /// A conditional access policy was not met.
        ConditionalAccess = "conditional_access", "conditional access";
        /// Our network address is not admitted.
        AddressBlocked = "address_blocked", "address blocked";
        /// It belongs to Microsoft accounts, which sign-in with Entra does not reach.
        MicrosoftAccount = "microsoft_account", "Microsoft accounts";
        /// The credential is not accepted any more.
        TokenExpired = "token_expired", "token expired";
        /// There is none of this name.
        NotFound = "not_found", "not found";
        /// It gave no answer that says more.
        Unreachable = "unreachable", "unreachable";
    }
}

words! {
    /// What is read of a project.
    Domain {
        /// Work items.
        Boards = "boards", "Boards";
        /// Git repositories.
        Git = "git", "Repos (Git)";
        /// Pipelines and builds.
        Pipelines = "pipelines", "Pipelines";
        /// Team Foundation Version Control.
        Tfvc = "tfvc", "Repos (TFVC)";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_again_by_its_name_and_is_the_same_in_json() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(*state));
            assert_eq!(
                serde_json::to_string(state).unwrap(),
                format!("{:?}", state.as_str())
            );
        }
        for state in OrganizationState::ALL {
            assert_eq!(OrganizationState::parse(state.as_str()), Some(*state));
        }
        assert_eq!(State::ALL.len(), 10);
        assert_eq!(Domain::ALL.len(), 4);
        assert_eq!(State::parse("READABLE"), None);
    }
}
