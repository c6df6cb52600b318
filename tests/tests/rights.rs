//! Who may what, on NATS and in PostgreSQL: the tables in `deploy/` against real servers, and what an attacker gets who has the
//! login of one fetcher.

#[cfg(test)]
mod rights {
    mod attacker;
    mod login;
    mod probes;
    mod raw;
    mod servers;
    mod subjects;
    mod tables;
}
