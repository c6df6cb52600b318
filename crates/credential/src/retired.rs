//! Ways in that were, and what to use instead.

use crate::Refusal;

/// The refusal of a kind of credential that Azure DevOps no longer takes; `None` if it never was one.
pub fn kind(text: &str) -> Option<Refusal> {
    match text.trim().to_ascii_lowercase().as_str() {
        "azure_devops_oauth" | "azure-devops-oauth" | "vsts_oauth" | "oauth" => {
            Some(azure_devops_oauth())
        }
        "global_personal_access_token" | "global_pat" => Some(global()),
        _ => None,
    }
}

/// Azure DevOps OAuth is not offered.
pub fn azure_devops_oauth() -> Refusal {
    Refusal::misconfigured(
        "retired",
        "Azure DevOps OAuth takes no new applications since April 2025 and ends in 2026",
        "sign in with Microsoft, or use a service principal or a managed identity",
    )
    .link("https://devblogs.microsoft.com/devops/no-new-azure-devops-oauth-apps-beginning-april-2025/")
}

/// Reads Azure DevOps' own words (`X-TFS-ServiceError`, or a body): the refusal, if they are about a global token.
pub fn global_personal_access_token(explanation: &str) -> Option<Refusal> {
    let explanation = explanation.replace("%20", " ").to_ascii_lowercase();
    explanation
        .contains("global personal access token")
        .then(global)
}

fn global() -> Refusal {
    Refusal::misconfigured(
        "global_token",
        "this personal access token is global (made for all accessible organizations), and those end on 2026-12-01",
        "make a token for this one organization, with read scopes, or connect with Microsoft Entra",
    )
    .link("https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate")
}
