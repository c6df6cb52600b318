//! Ways in that were, and what to use instead.

use crate::Refusal;

/// The refusal of a kind of credential that Azure DevOps no longer takes; `None` if it never was one.
pub fn kind(text: &str) -> Option<Refusal> {
    let text = text.trim().to_ascii_lowercase().replace('-', "_");
    match text.as_str() {
        "azure_devops_oauth" | "vsts_oauth" | "oauth" => Some(azure_devops_oauth()),
        "global_personal_access_token" | "global_pat" => Some(global()),
        _ => None,
    }
}

/// Azure DevOps OAuth is not offered.
pub fn azure_devops_oauth() -> Refusal {
    Refusal::misconfigured(
        "retired",
        "Azure DevOps OAuth has taken no new applications since April 2025, and ends in 2026",
        "sign in with Microsoft, or use a service principal or a managed identity",
    )
    .link("https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/azure-devops-oauth")
}

/// Reads Azure DevOps' own words (the header `X-TFS-ServiceError`, decoded or not, or a body): the refusal, if they are about a
/// global token. That a token is global shows in nothing else.
pub fn global_personal_access_token(explanation: &str) -> Option<Refusal> {
    let explanation = explanation.replace("%20", " ").to_ascii_lowercase();
    explanation
        .contains("global personal access token")
        .then(global)
}

fn global() -> Refusal {
    Refusal::misconfigured(
        "global_token",
        "this personal access token is a global one (made for all accessible organizations); organizations refuse those, and all \
         of them end on 2026-12-01",
        "make a token for this one organization with read scopes, or connect it with Microsoft Entra",
    )
    .link("https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_devops_words_about_a_global_token_are_understood() {
        // As recorded by GitLens (#5890): the header, and the same decoded.
        let header = "The%20organization%27s%20security%20policy%20prohibits%20access%20by%20global%20Personal%20Access%20Token\
                      %20(PAT)%20unless%20you%20are%20on%20an%20allowlist.";
        for words in [header.to_owned(), header.replace("%20", " ")] {
            let refusal = global_personal_access_token(&words).unwrap();
            assert_eq!(refusal.reason, "global_token");
            assert!(refusal.explanation.contains("2026-12-01"));
        }
        assert_eq!(
            global_personal_access_token("TF400813: The user is not authorized"),
            None
        );
    }

    #[test]
    fn retired_kinds_say_what_to_use_instead() {
        for (given, reason) in [
            ("azure-devops-oauth", Some("retired")),
            ("oauth", Some("retired")),
            ("global_pat", Some("global_token")),
            ("personal_access_token", None),
        ] {
            assert_eq!(kind(given).map(|refusal| refusal.reason), reason, "{given}");
        }
    }
}
