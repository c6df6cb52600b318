//! Claims: whether an asker is entitled to the access token of a connection, and the token if it is still good.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;
use wire::Domain;

use super::{ACCESS_TOKEN, Problem, SealedSecret, State};
use crate::{Error, Store};

/// Who wants a credential, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose credential.
    pub connection: Uuid,
    /// Where the requests go.
    pub organization: Uuid,
    /// The feed whose job the asker holds.
    pub feed: Uuid,
    /// The domain that the asker fetches.
    pub domain: Domain,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    /// A token that need not be renewed yet.
    Token(Box<Vended>),
    /// It is entitled, and the token has to be renewed first.
    Stale,
    /// There is no such connection.
    NoConnection,
    /// The connection is not read.
    NotActive(State, Problem),
    /// The connection does not cover the organization.
    NotCovered,
    /// The feed is none of the connection's in this organization, or none of the asker's domain.
    NotItsFeed,
    /// Nobody holds a job of the feed.
    NotRunning,
}

/// A sealed token, and its standing.
#[derive(Clone, Debug, PartialEq)]
pub struct Vended {
    /// The connection's credential.
    pub credential: Value,
    /// The token.
    pub secret: SealedSecret,
    /// Its number.
    pub generation: i64,
    /// For how long it is good; `None` where it does not say.
    pub ends_in: Option<Duration>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "columns of a row, each true by itself"
)]
#[derive(sqlx::FromRow)]
struct Row {
    state: String,
    reason: String,
    explanation: String,
    remedy: String,
    link: String,
    credential: Value,
    covered: bool,
    its_feed: bool,
    runs: bool,
    generation: Option<i64>,
    is_fresh: bool,
    ends_in: Option<f64>,
    name: Option<String>,
    key_id: Option<String>,
    sealed: Option<Vec<u8>>,
}

impl Store {
    /// What a claim is entitled to. A personal access token is its own access token.
    pub async fn token_claim(&self, claim: &Claim) -> Result<Claimed, Error> {
        let found: Option<Row> = sqlx::query_as(
            "SELECT c.state, c.reason, c.explanation, c.remedy, c.link, c.credential,
                    EXISTS (SELECT FROM auth.connection_organizations o
                            WHERE o.connection_id = c.id AND o.organization_id = $2) AS covered,
                    f.id IS NOT NULL AS its_feed, coalesce(f.running, false) AS runs,
                    g.generation, coalesce(s.name = 'personal_access_token' OR g.refresh_at > now(), false) AS is_fresh,
                    CASE s.name WHEN $4 THEN extract(epoch FROM g.expires_at - now())::float8 END AS ends_in,
                    s.name, s.key_id, s.sealed
             FROM auth.connections c
             LEFT JOIN sync.feeds f ON f.id = $3 AND f.connection_id = c.id AND f.organization_id = $2 AND f.domain = $5
             LEFT JOIN auth.grants g ON g.connection_id = c.id
             LEFT JOIN auth.secrets s ON s.connection_id = c.id
                 AND s.name = CASE c.credential ->> 'kind' WHEN 'personal_access_token' THEN 'personal_access_token' ELSE $4 END
             WHERE c.id = $1",
        )
        .bind(claim.connection)
        .bind(claim.organization)
        .bind(claim.feed)
        .bind(ACCESS_TOKEN)
        .bind(claim.domain.name())
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map_or(Claimed::NoConnection, Row::claimed))
    }
}

impl Row {
    fn claimed(self) -> Claimed {
        let state = State::read(&self.state);
        if state == State::Deleting {
            return Claimed::NoConnection;
        }
        if !self.covered {
            return Claimed::NotCovered;
        }
        if !self.its_feed {
            return Claimed::NotItsFeed;
        }
        if state != State::Active {
            let problem = Problem {
                reason: self.reason,
                explanation: self.explanation,
                remedy: self.remedy,
                link: self.link,
            };
            return Claimed::NotActive(state, problem);
        }
        if !self.runs {
            return Claimed::NotRunning;
        }
        let (Some(name), Some(key_id), Some(sealed), true) =
            (self.name, self.key_id, self.sealed, self.is_fresh)
        else {
            return Claimed::Stale;
        };
        Claimed::Token(Box::new(Vended {
            credential: self.credential,
            secret: SealedSecret {
                name,
                key_id,
                sealed,
            },
            generation: self.generation.unwrap_or_default(),
            ends_in: self.ends_in.map(seconds),
        }))
    }
}

pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
