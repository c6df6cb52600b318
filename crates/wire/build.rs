//! Compiles `proto/` with protox, so that no `protoc` needs to be installed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new("../../proto");
    let mut files = Vec::new();
    find(root, &mut files)?;
    files.sort();
    let descriptors = protox::compile(&files, [root])?;
    prost_build::Config::new()
        .include_file("proto.rs")
        .compile_fds(descriptors)?;
    println!("cargo::rerun-if-changed={}", root.display());
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}
