//! The pages of Entra: plain HTML, of which every button is a form of its own.

use std::fmt::Write as _;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use super::{Account, Refusal, Scopes, asked::Asked};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem;margin:.25rem 0}.accounts button{display:block;width:100%;text-align:left}label{display:block}input{font:inherit;padding:.4rem}";

/// An answer with a page.
pub(super) fn html(page: String) -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        page,
    )
        .into_response()
}

/// Pick an account.
pub(super) fn accounts(application: &str, accounts: &[Account], asked: &Asked) -> String {
    let mut list = String::new();
    for account in accounts {
        let (name, display_name) = (escaped(&account.name), escaped(&account.display_name));
        // Writing to a string cannot fail.
        let _written = write!(
            list,
            "<li><button name=\"account\" value=\"{name}\">{display_name}, {name}</button></li>"
        );
    }
    let form = form(
        asked,
        &[],
        &format!(
            "<ul class=\"accounts\">{list}</ul>{}",
            button("cancel", "Cancel")
        ),
    );
    layout(
        "Pick an account",
        &format!("<p>to continue to {}</p>{form}", escaped(application)),
    )
}

/// What the application wants, and whether it may.
pub(super) fn consent(
    application: &str,
    account: &Account,
    scopes: &Scopes,
    asked: &Asked,
) -> String {
    let mut wanted = vec![
        "View your basic profile",
        "Sign you in and read your profile",
    ];
    if scopes.for_azure_devops() {
        wanted.push("Have full access to Visual Studio Team Services REST APIs");
    }
    if scopes.offline {
        wanted.push("Maintain access to data you have given it access to");
    }
    let wanted = format!("<li>{}</li>", wanted.join("</li><li>"));
    let buttons = format!(
        "{} {}",
        button("cancel", "Cancel"),
        button("accept", "Accept")
    );
    let form = form(asked, &[("account", &account.name)], &buttons);
    layout(
        "Permissions requested",
        &format!(
            "<p>{}</p><p><strong>{}</strong> would like to:</p><ul>{wanted}</ul>{form}",
            escaped(&account.name),
            escaped(application),
        ),
    )
}

/// A second factor is asked for.
pub(super) fn approve(account: &Account, asked: &Asked) -> String {
    let buttons = format!(
        "{} {}",
        button("cancel", "Cancel"),
        button("approve", "Approve")
    );
    let form = form(asked, &[("account", &account.name)], &buttons);
    layout(
        "Approve sign in request",
        &format!("<p>{}</p>{form}", escaped(&account.name)),
    )
}

/// Nobody but an administrator may agree.
pub(super) fn administrator(application: &str, account: &Account, asked: &Asked) -> String {
    let back = button("back", "Return to the application without granting consent");
    let form = form(asked, &[("account", &account.name)], &back);
    layout(
        "Need admin approval",
        &format!(
            "<p>{} needs permission to access resources in your organization that only an admin can grant.</p>{form}",
            escaped(application)
        ),
    )
}

/// This account does not get in; the application may be told.
pub(super) fn stopped(account: &Account, refusal: &Refusal, asked: &Asked) -> String {
    let form = form(
        asked,
        &[("account", &account.name)],
        &button("cancel", "Return to the application"),
    );
    layout(
        "You cannot access this right now",
        &format!("<p>{}</p>{form}", escaped(&refusal.described())),
    )
}

/// Something is wrong with the request itself.
pub(super) fn refused(refusal: &Refusal) -> String {
    layout(
        "Sorry, but we're having trouble signing you in.",
        &format!("<p>{}</p>", escaped(&refusal.described())),
    )
}

/// An answer that the browser posts to the application.
pub(super) fn form_post(redirect: &str, members: &[(&str, &str)]) -> String {
    let form = format!(
        "<form method=\"post\" action=\"{}\">{}<button>Continue</button></form>",
        escaped(redirect),
        hidden(members)
    );
    layout("Working", &form)
}

/// The code that a device shows is asked for.
pub(super) fn code(asked: &Asked, complaint: &str) -> String {
    let fields = "<label for=\"user_code\">Code</label><input id=\"user_code\" name=\"user_code\" autocomplete=\"off\" autofocus> <button>Next</button>";
    layout(
        "Enter code to allow access",
        &format!(
            "<p role=\"alert\">{}</p>{}",
            escaped(complaint),
            form(asked, &[], fields)
        ),
    )
}

/// Pick the account that the device is signed in with.
pub(super) fn device_accounts(
    application: &str,
    list: &[Account],
    code: &str,
    asked: &Asked,
) -> String {
    accounts(application, list, asked).replace(
        "<ul class=\"accounts\">",
        &format!("{}<ul class=\"accounts\">", hidden(&[("user_code", code)])),
    )
}

/// Whether the device is really meant.
pub(super) fn device_confirm(
    application: &str,
    account: &Account,
    code: &str,
    asked: &Asked,
) -> String {
    let buttons = format!(
        "{} {}",
        button("cancel", "Cancel"),
        button("continue", "Continue")
    );
    let form = form(
        asked,
        &[("user_code", code), ("account", &account.name)],
        &buttons,
    );
    layout(
        &format!("Are you trying to sign in to {application}?"),
        &format!("<p>{}</p>{form}", escaped(&account.name)),
    )
}

/// Nothing is left to do here.
pub(super) fn told(heading: &str, text: &str) -> String {
    layout(heading, &format!("<p>{}</p>", escaped(text)))
}

fn layout(heading: &str, body: &str) -> String {
    let heading = escaped(heading);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1>{body}</main></body></html>"
    )
}

/// A form that goes where this request went.
fn form(asked: &Asked, members: &[(&str, &str)], fields: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\">{}{fields}</form>",
        escaped(&asked.target),
        hidden(members)
    )
}

fn button(decision: &str, label: &str) -> String {
    format!("<button name=\"decision\" value=\"{decision}\">{label}</button>")
}

fn hidden(members: &[(&str, &str)]) -> String {
    let mut fields = String::new();
    for (name, value) in members {
        // Writing to a string cannot fail.
        let _written = write!(
            fields,
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escaped(value)
        );
    }
    fields
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
