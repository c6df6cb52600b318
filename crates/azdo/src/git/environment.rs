//! What git may see of the machine that it runs on: nothing.

use std::ffi::OsString;
use std::path::Path;

use tokio::process::Command;

/// Configuration for one run, in git's own environment variables: a credential in an argument or a
/// URL could be read by every user of the machine.
#[derive(Debug, Default)]
pub(crate) struct Configuration(Vec<(String, String)>);

impl Configuration {
    /// For a repository that others have written.
    pub(crate) fn isolated(directory: &Path, fsck: bool) -> Self {
        let mut configuration = Self::default();
        let fsck = if fsck { "true" } else { "false" };
        for (key, value) in [
            // Nothing that a repository holds may start a program or reach another protocol.
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.askPass", ""),
            ("credential.helper", ""),
            ("protocol.allow", "never"),
            ("protocol.https.allow", "always"),
            ("protocol.http.allow", "always"),
            // A redirect leads to the sign-in page, and would carry the token along.
            ("http.followRedirects", "false"),
            // A connection that hangs: less than a byte a second for 100 s.
            ("http.lowSpeedLimit", "1"),
            ("http.lowSpeedTime", "100"),
            (
                "http.userAgent",
                concat!("git (adit/", env!("CARGO_PKG_VERSION"), ")"),
            ),
            // One request tells all refs; the second version asks twice.
            ("protocol.version", "0"),
            ("transfer.fsckObjects", fsck),
            // Always one pack: a fetch must not leave thousands of files.
            ("transfer.unpackLimit", "1"),
            ("gc.auto", "0"),
            ("submodule.recurse", "false"),
            // The numbers must not depend on who asks, or on what HEAD holds by now.
            ("core.attributesFile", "/dev/null"),
            ("attr.tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
            ("log.mailmap", "false"),
            ("log.showSignature", "false"),
            ("core.quotePath", "false"),
        ] {
            configuration.set(key, value);
        }
        let directory = directory.to_string_lossy();
        configuration.set("safe.directory", &directory);
        configuration
    }

    /// May be said several times for one key.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.0.push((key.to_owned(), value.to_owned()));
    }

    /// Leaves PATH, the proxies and the certificates; takes all that steers git from outside.
    pub(crate) fn apply(&self, command: &mut Command, home: &Path) {
        for (name, _) in std::env::vars_os() {
            if is_gits(&name) {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            // No ~/.netrc, which curl would ask for a password.
            .env("HOME", home)
            // Its errors are read by their words.
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_COUNT", self.0.len().to_string());
        for (index, (key, value)) in self.0.iter().enumerate() {
            command
                .env(format!("GIT_CONFIG_KEY_{index}"), key)
                .env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
    }
}

fn is_gits(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_") || name == "SSH_ASKPASS" || name == "XDG_CONFIG_HOME"
}
