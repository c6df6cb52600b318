//! Free ports on the loopback address.

use std::net::{Ipv4Addr, TcpListener};

use crate::Error;

/// A port that is free now. Somebody else may take it before it is used, so starting a server is tried more than once.
pub fn free_port() -> Result<u16, Error> {
    Ok(free_ports(1)?[0])
}

/// So many different ports that are free now.
pub fn free_ports(count: usize) -> Result<Vec<u16>, Error> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners: Result<Vec<_>, _> = std::iter::repeat_with(listen).take(count).collect();
    let ports =
        listeners.and_then(|all| all.iter().map(|one| Ok(one.local_addr()?.port())).collect());
    ports.map_err(Error::system("find a free port"))
}
