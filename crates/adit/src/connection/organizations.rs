//! Organizations by name, as the connections know them.

use std::time::Duration;

use anyhow::Context as _;
use chassis::Advice;
use uuid::Uuid;

use super::CONNECTIONS;
use crate::answers::Connection;
use crate::http::Address;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The guid of an organization, given by guid or name.
pub(crate) async fn find(http: &Address, name: &str) -> anyhow::Result<Uuid> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let api = http
        .api(ANSWER_WITHIN)
        .context("the name of an organization is looked up in Adit; its guid needs no look-up")?;
    among(&api.get(&[CONNECTIONS]).await?.read::<Vec<_>>()?, name)
}

fn among(connections: &[Connection], name: &str) -> anyhow::Result<Uuid> {
    let known = connections
        .iter()
        .flat_map(|connection| &connection.organizations);
    let mut found = known.filter(|organization| organization.name.eq_ignore_ascii_case(name));
    let id = found.find_map(|organization| organization.id.as_ref()?.parse().ok());
    id.with_context(|| {
        Advice::new(
            format!("no connection covers an organization `{name}`"),
            "`adit connection list` shows the organizations; a guid works as well",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::connection;
    use super::*;

    #[test]
    fn an_organization_is_found_regardless_of_case() {
        let connections = [connection()];
        let id = connections[0].organizations[0].id.clone().unwrap();
        assert_eq!(among(&connections, "FABRIKAM").unwrap().to_string(), id);
        among(&connections, "nowhere").unwrap_err();
    }
}
