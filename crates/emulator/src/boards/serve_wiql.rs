//! Queries: enough of WIQL to list ids, with the wall that the service has at 20,000.

use serde::Deserialize;
use serde_json::{Value, json};

use super::item::Item;
use crate::{
    answer::{Answer, Reply},
    context::{Context, post},
    date,
    organization::Project,
    refusal::Refusal,
    routes::Routes,
};

/// More than this is refused and not cut.
const WALL: usize = 20_000;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .either("/wit/wiql", post(query))
        .team("/wit/wiql", post(query))
}

#[derive(Debug, Deserialize)]
struct Asked {
    query: String,
}

/// One condition of the form `[Field] operator value`.
#[derive(Debug, PartialEq, Eq)]
struct Condition {
    field: String,
    operator: String,
    value: String,
}

fn query(context: &Context) -> Reply {
    let asked: Asked = context.read_body()?;
    let conditions = conditions(&asked.query)?;
    let world = context.world();
    let scope = context.project(&world)?;
    let found = world
        .boards
        .items
        .iter()
        .filter(|item| is_wanted(context, scope, item, &conditions));
    let top = context
        .query
        .number("$top")?
        .and_then(|top| usize::try_from(top).ok());
    let ids: Vec<i64> = found
        .map(|item| item.id)
        .take(top.unwrap_or(usize::MAX))
        .collect();
    if ids.len() >= WALL {
        return Err(Refusal::typed(
            400,
            "Microsoft.TeamFoundation.WorkItemTracking.Server.WorkItemTrackingQueryResultSizeLimitExceededException",
            "Microsoft.TeamFoundation.WorkItemTracking.Server",
            "VS402337: The number of work items returned exceeds the size limit of 20000. Change the query to return fewer items.",
        ));
    }
    let link = world.organization.link();
    let items: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "id": id, "url": format!("{link}/_apis/wit/workItems/{id}") }))
        .collect();
    Ok(Answer::json(&json!({
        "queryType": "flat",
        "queryResultType": "workItem",
        "asOf": date::sent(context.now()),
        "columns": [{ "referenceName": "System.Id", "name": "ID", "url": format!("{link}/_apis/wit/fields/System.Id") }],
        "sortColumns": [],
        "workItems": items,
    })))
}

fn is_wanted(
    context: &Context,
    scope: Option<&Project>,
    item: &Item,
    conditions: &[Condition],
) -> bool {
    let snapshot = item.current();
    if item.is_deleted() || !context.covers(scope, snapshot.project) {
        return false;
    }
    conditions.iter().all(|condition| {
        let Condition {
            field,
            operator,
            value,
        } = condition;
        let text = |own: &str| (operator == "<>") != own.eq_ignore_ascii_case(value);
        match field.to_lowercase().as_str() {
            "system.id" | "id" => compare(&item.id, &value.parse().unwrap_or(0), operator),
            "system.teamproject" => {
                let own = if value.eq_ignore_ascii_case("@project") {
                    value.as_str()
                } else {
                    &snapshot.team_project
                };
                text(own)
            }
            "system.workitemtype" => text(snapshot.kind.name),
            "system.state" | "state" => text(snapshot.state),
            "system.changeddate" => {
                date::read(value).is_none_or(|value| compare(&snapshot.changed, &value, operator))
            }
            "system.createddate" => {
                date::read(value).is_none_or(|value| compare(&snapshot.created, &value, operator))
            }
            _ => true,
        }
    })
}

fn compare<T: PartialOrd>(own: &T, value: &T, operator: &str) -> bool {
    match operator {
        ">" => own > value,
        ">=" => own >= value,
        "<" => own < value,
        "<=" => own <= value,
        "<>" => own != value,
        _ => own == value,
    }
}

/// The conditions of the WHERE clause, joined by AND.
fn conditions(query: &str) -> Result<Vec<Condition>, Refusal> {
    let lowered = query.to_ascii_lowercase();
    let Some(start) = lowered.find(" where ") else {
        return Ok(Vec::new());
    };
    let end = lowered[start..]
        .find(" order by ")
        .map_or(query.len(), |end| start + end);
    let clause = &query[start + " where ".len()..end];
    let mut conditions = Vec::new();
    let mut rest = clause.trim();
    while !rest.is_empty() {
        let (condition, after) = condition(rest).ok_or_else(|| {
            Refusal::invalid(&format!(
                "TF51006: The query statement is not valid: {rest}"
            ))
        })?;
        conditions.push(condition);
        rest = after.trim_start();
        let has_and = rest
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("and "));
        rest = if has_and {
            rest[4..].trim_start()
        } else {
            rest
        };
        if !has_and && !rest.is_empty() {
            return Err(Refusal::invalid(&format!(
                "TF51006: The query statement is not valid: {rest}"
            )));
        }
    }
    Ok(conditions)
}

fn condition(text: &str) -> Option<(Condition, &str)> {
    let (field, rest) = text.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    let operator = [">=", "<=", "<>", ">", "<", "="]
        .into_iter()
        .find(|operator| rest.starts_with(operator))?;
    let rest = rest[operator.len()..].trim_start();
    let (value, rest) = if let Some(quoted) = rest.strip_prefix('\'') {
        quoted_value(quoted)?
    } else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        (rest[..end].to_owned(), &rest[end..])
    };
    Some((
        Condition {
            field: field.to_owned(),
            operator: operator.to_owned(),
            value,
        },
        rest,
    ))
}

/// A text up to its closing quote; a doubled quote is one of its own.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        if character != '\'' {
            value.push(character);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Some((value, &text[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_with_their_quotes() {
        let query = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject]='O''Neill' AND [System.Id] > 7 ORDER BY [System.Id]";
        let read = conditions(query).unwrap();
        let plain: Vec<(&str, &str, &str)> = read
            .iter()
            .map(|c| (c.field.as_str(), c.operator.as_str(), c.value.as_str()))
            .collect();
        assert_eq!(
            plain,
            [
                ("System.TeamProject", "=", "O'Neill"),
                ("System.Id", ">", "7")
            ]
        );
        assert!(conditions("SELECT x FROM y WHERE nonsense").is_err());
        assert!(conditions("SELECT x FROM y").unwrap().is_empty());
    }
}
