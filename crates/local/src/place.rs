//! Directories that the unprivileged user can reach.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::user::User;

/// Makes a directory that `user` owns, here or, where a folder above is closed to that user (as `/root` is), in the
/// directory for temporary files.
pub(crate) fn owned_by(user: Option<&User>, wanted: &Path) -> Result<PathBuf, Error> {
    reachable(user, wanted, "-w")
}

/// Makes a directory that `user` can read.
pub(crate) fn readable_by(user: Option<&User>, wanted: &Path) -> Result<PathBuf, Error> {
    reachable(user, wanted, "-x")
}

fn reachable(user: Option<&User>, wanted: &Path, flag: &str) -> Result<PathBuf, Error> {
    let wanted = absolute(wanted)?;
    let Some(user) = user else { return Ok(wanted) };
    let writes = flag == "-w";
    if writes {
        chown(&wanted, Some(user.uid), Some(user.gid))
            .map_err(Error::system(format!("give {} away", wanted.display())))?;
    }
    if user.can(flag, &wanted) {
        return Ok(wanted);
    }
    let stead = stead(&wanted);
    make_private(&stead, user, writes)?;
    if !user.can(flag, &stead) {
        let source = std::io::ErrorKind::PermissionDenied.into();
        return Err(Error::System {
            doing: format!("make a directory that `{}` can use", user.name),
            source,
        });
    }
    tracing::warn!(
        "{} is closed to the user `{}`; using {}",
        wanted.display(),
        user.name,
        stead.display()
    );
    Ok(stead)
}

fn absolute(wanted: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(wanted).map_err(Error::system(format!(
        "make the directory {}",
        wanted.display()
    )))?;
    wanted
        .canonicalize()
        .map_err(Error::system(format!("find {}", wanted.display())))
}

/// The same directory each time, so that data survive a restart.
fn stead(wanted: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    wanted.hash(&mut hasher);
    std::env::temp_dir().join(format!("adit-{:016x}", hasher.finish()))
}

/// Others can guess the name, so a directory that somebody else made is refused.
fn make_private(directory: &Path, user: &User, writes: bool) -> Result<(), Error> {
    let doing = || format!("make the directory {}", directory.display());
    let mode = if writes { 0o700 } else { 0o755 };
    match DirBuilder::new().mode(mode).create(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(Error::system(doing())(error));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(directory).map_err(Error::system(doing()))?;
    if !found.is_dir() || ![0, user.uid].contains(&found.uid()) {
        let source = std::io::Error::other("it is there and belongs to somebody else");
        return Err(Error::System {
            doing: doing(),
            source,
        });
    }
    if writes {
        chown(directory, Some(user.uid), Some(user.gid)).map_err(Error::system(doing()))?;
    }
    Ok(())
}

/// Keeps a directory to one process of ours. The lock ends with the process, however it ends.
pub(crate) fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("lock");
    let doing = || format!("lock {}", path.display());
    let file = File::create(&path).map_err(Error::system(doing()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(Error::System {
            doing: doing(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_directory_is_locked_once() {
        let directory = tempfile::tempdir().unwrap();
        let held = lock(directory.path()).unwrap();
        assert!(matches!(lock(directory.path()), Err(Error::InUse(_))));
        drop(held);
        lock(directory.path()).unwrap();
    }

    #[test]
    fn a_directory_below_a_closed_one_is_replaced_by_a_reachable_one() {
        let Some(user) = User::unprivileged() else {
            return;
        };
        let only_we = fs::Permissions::from_mode(0o700);
        let closed = tempfile::Builder::new()
            .permissions(only_we)
            .tempdir()
            .unwrap();
        let wanted = closed.path().join("data");
        let place = owned_by(Some(&user), &wanted).unwrap();
        assert_ne!(place, wanted);
        assert!(user.can("-w", &place));
        assert_eq!(owned_by(Some(&user), &wanted).unwrap(), place);
        fs::remove_dir(place).unwrap();
    }
}
