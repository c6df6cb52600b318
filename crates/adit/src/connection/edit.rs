//! `adit connection edit`.

use serde_json::{Value, json};

use super::{CONNECTIONS, put, show};
use crate::http::Options;
use crate::output::Output;

/// What `adit connection edit` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    /// Connection, by name or guid
    connection: String,

    #[command(flatten)]
    change: Change,

    #[command(flatten)]
    http: Options,

    #[command(flatten)]
    output: Output,
}

/// What changes; the rest stays as it is.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Change {
    /// Another name
    #[arg(long)]
    name: Option<String>,

    /// What it is for; "" for nothing
    #[arg(long)]
    description: Option<String>,

    /// A word to find it by, in place of all that it has; may be given more than once
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,

    /// Without tags
    #[arg(long, conflicts_with = "tags")]
    no_tags: bool,

    /// Organization, in place of all that it has; may be given more than once
    #[arg(long = "organization", value_name = "ORGANIZATION")]
    organizations: Vec<String>,

    /// All organizations that the credential can list, those too that appear later
    #[arg(long, conflicts_with = "organizations")]
    all_organizations: bool,
}

impl Edit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let api = self.http.api()?;
        let body = self.change.body();
        let answer = api.patch(&[CONNECTIONS, &self.connection], &body).await?;
        self.output
            .answer(&answer, || Ok(show::list(&[answer.read()?])))
    }
}

impl Change {
    fn body(self) -> Value {
        let mut body = json!({});
        put(&mut body, "name", self.name);
        put(&mut body, "description", self.description);
        let tags = Some(self.tags).filter(|tags| !tags.is_empty() || self.no_tags);
        put(&mut body, "tags", tags);
        let organizations = Some(self.organizations)
            .filter(|organizations| !organizations.is_empty() || self.all_organizations);
        put(&mut body, "organizations", organizations);
        body
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        change: Change,
    }

    fn check(arguments: &[&str], expected: Option<&Value>) {
        let line = Line::try_parse_from(std::iter::once(&"x").chain(arguments));
        assert_eq!(line.ok().map(|line| line.change.body()).as_ref(), expected);
    }

    #[test]
    fn only_what_is_given_changes() {
        check(&["--name", "new"], Some(&json!({ "name": "new" })));
        check(&["--description", ""], Some(&json!({ "description": "" })));
        check(
            &["--tag", "a", "--tag", "b", "--all-organizations"],
            Some(&json!({ "tags": ["a", "b"], "organizations": [] })),
        );
        check(
            &["--no-tags", "--organization", "fabrikam"],
            Some(&json!({ "tags": [], "organizations": ["fabrikam"] })),
        );
        check(&[], None);
        check(&["--no-tags", "--tag", "a"], None);
    }
}
