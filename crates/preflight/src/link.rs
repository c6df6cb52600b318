//! Where the remedy of each cause is applied.

use crate::cause::Cause;
use crate::evidence::Evidence;
use crate::options::CredentialKind;

/// A page of Azure DevOps or its documentation. Made of checked parts only: never of what came back.
pub(crate) fn link(cause: Cause, evidence: &Evidence<'_>) -> String {
    let Some(organization) = evidence.organization else {
        return "https://aex.dev.azure.com/me".to_owned();
    };
    let organization = format!("https://dev.azure.com/{organization}");
    let project = match evidence.project {
        Some(project) => format!("{organization}/{project}"),
        None => organization.clone(),
    };
    let is_token = evidence.credential == CredentialKind::PersonalAccessToken;
    let tokens = format!("{organization}/_usersSettings/tokens");
    match cause {
        Cause::Readable | Cause::Empty => project,
        Cause::TokenDead | Cause::Anonymous | Cause::CredentialRefused | Cause::NotAMember
            if is_token =>
        {
            tokens
        }
        Cause::GlobalToken | Cause::MicrosoftAccounts | Cause::ScopeMissing => tokens,
        Cause::OAuthPolicy | Cause::TokenKind | Cause::OneOfFour => {
            format!("{organization}/_settings/organizationPolicy")
        }
        Cause::NotAMember | Cause::Stakeholder | Cause::LicenceSuspected => {
            format!("{organization}/_settings/users")
        }
        Cause::OtherTenant => format!("{organization}/_settings/organizationAad"),
        Cause::NoPermission | Cause::GoneOrHidden | Cause::NoTfvc if evidence.project.is_some() => {
            format!("{project}/_settings/permissions")
        }
        Cause::SwitchedOff if evidence.project.is_some() => format!("{project}/_settings/"),
        Cause::NoProjects | Cause::NoPermission => format!("{organization}/_settings/projects"),
        Cause::ConditionalAccess | Cause::AddressBlocked => {
            "https://learn.microsoft.com/azure/devops/organizations/accounts/conditional-access-policies".to_owned()
        }
        Cause::NoSuchOrganization => "https://aex.dev.azure.com/me".to_owned(),
        Cause::Throttled => {
            "https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits".to_owned()
        }
        Cause::Failing | Cause::Silent => "https://status.dev.azure.com".to_owned(),
        _ => organization,
    }
}
