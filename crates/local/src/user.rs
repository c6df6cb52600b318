//! The unprivileged user that PostgreSQL runs as when we are root: it refuses root.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whom to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// `None` when we are not root, and so run servers as ourselves.
    pub(crate) fn unprivileged() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        ["postgres", "nobody"].into_iter().find_map(|name| {
            let id = |what| -> Option<u32> {
                let output = Command::new("id")
                    .args([what, name])
                    .stderr(Stdio::null())
                    .output()
                    .ok()?;
                String::from_utf8(output.stdout).ok()?.trim().parse().ok()
            };
            Some(Self {
                name,
                uid: id("-u")?,
                gid: id("-g")?,
            })
        })
    }

    /// Whether this user can do what `flag` of test(1) asks for with a file, with all folders above it.
    pub(crate) fn can(&self, flag: &str, path: &Path) -> bool {
        let mut test = Command::new("test");
        become_user(&mut test, Some(self));
        test.arg(flag)
            .arg(path)
            .current_dir("/")
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// Runs the command as this user, in none of our groups (std drops them when root sets a uid).
pub(crate) fn become_user(command: &mut Command, user: Option<&User>) {
    if let Some(user) = user {
        command.gid(user.gid).uid(user.uid);
    }
}
