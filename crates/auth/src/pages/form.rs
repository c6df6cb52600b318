//! What is filled in about a connection: read leniently, shown again as it was given.

use super::view::{Badge, sentence};
use crate::view::{Connection, Organization};

/// Name, description, tags and organizations, as somebody gave them.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) name: String,
    /// What is wrong with the name.
    pub(crate) name_error: String,
    pub(crate) description: String,
    /// Separated by commas.
    pub(crate) tags: String,
    /// One a line, where they cannot be listed.
    pub(crate) organizations: String,
    /// None can be listed, and none given is not all.
    pub(crate) must_name: bool,
    /// Those that can be listed.
    pub(crate) choices: Vec<Choice>,
    pub(crate) filter: String,
}

/// An organization to tick.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) remedy: String,
    pub(crate) link: String,
    pub(crate) is_ticked: bool,
    pub(crate) is_out_of_reach: bool,
    pub(crate) is_filtered_out: bool,
}

/// The fields of a form, as the browser sends them.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: String,
    pub(crate) organizations: Vec<String>,
    pub(crate) filter: String,
    pub(crate) action: String,
}

impl Fields {
    /// The tags, one by one.
    pub(crate) fn tags(&self) -> Vec<String> {
        listed(&self.tags, ',')
    }

    /// The organizations, ticked or typed, one by one.
    pub(crate) fn organizations(&self) -> Vec<String> {
        self.organizations
            .iter()
            .flat_map(|line| line.split([',', '\n']))
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

fn listed(text: &str, separator: char) -> Vec<String> {
    text.split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

impl About {
    /// What somebody filled in, beside the organizations that can be ticked.
    pub(crate) fn filled(fields: &Fields, organizations: &[Organization]) -> Self {
        let ticked = fields.organizations();
        let is_ticked = |name: &str| {
            ticked
                .iter()
                .any(|ticked| ticked.eq_ignore_ascii_case(name))
        };
        let filter = fields.filter.trim().to_lowercase();
        let choices = organizations
            .iter()
            .map(|organization| {
                let is_ticked = is_ticked(&organization.name);
                Choice {
                    name: organization.name.clone(),
                    state: Badge::of_organization(&organization.state),
                    remedy: sentence(&organization.remedy),
                    link: organization.link.clone(),
                    is_ticked,
                    is_out_of_reach: organization.state != "active" && !is_ticked,
                    // What is ticked stays in sight, and so in the form.
                    is_filtered_out: !is_ticked
                        && !organization.name.to_lowercase().contains(&filter),
                }
            })
            .collect();
        Self {
            name: fields.name.clone(),
            name_error: String::new(),
            description: fields.description.clone(),
            tags: fields.tags.clone(),
            organizations: ticked.join("\n"),
            must_name: false,
            choices,
            filter: fields.filter.clone(),
        }
    }

    /// What stands now.
    pub(crate) fn of(connection: &Connection) -> Self {
        let named: Vec<&str> = connection
            .organizations
            .iter()
            .filter(|_| !connection.all_organizations)
            .map(|organization| organization.name.as_str())
            .collect();
        Self {
            name: connection.name.clone(),
            description: connection.description.clone(),
            tags: connection.tags.join(", "),
            organizations: named.join("\n"),
            ..Self::default()
        }
    }

    /// The filter leaves nothing.
    pub(crate) fn all_filtered_out(&self) -> bool {
        self.choices.iter().all(|choice| choice.is_filtered_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(name: &str, state: &str) -> Organization {
        Organization {
            id: None,
            name: name.to_owned(),
            state: state.to_owned(),
            label: String::new(),
            explanation: String::new(),
            remedy: String::new(),
            link: String::new(),
        }
    }

    #[test]
    fn what_is_ticked_stays_ticked_and_in_sight_whatever_the_filter() {
        let fields = Fields {
            organizations: vec!["Fabrikam".to_owned()],
            filter: "cont".to_owned(),
            ..Fields::default()
        };
        let about = About::filled(
            &fields,
            &[
                organization("fabrikam", "active"),
                organization("contoso", "inactive"),
                organization("northwind", "active"),
            ],
        );
        let seen: Vec<_> = about
            .choices
            .iter()
            .map(|choice| {
                (
                    choice.is_ticked,
                    choice.is_filtered_out,
                    choice.is_out_of_reach,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (true, false, false),
                (false, false, true),
                (false, true, false)
            ]
        );
        assert!(!about.all_filtered_out());
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        let fields = Fields {
            tags: " a, b ,,c".to_owned(),
            organizations: vec!["one\r\n two,three".to_owned(), String::new()],
            ..Fields::default()
        };
        assert_eq!(fields.tags(), ["a", "b", "c"]);
        assert_eq!(fields.organizations(), ["one", "two", "three"]);
    }
}
