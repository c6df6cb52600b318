//! The connection test, and the proof of a credential that it refuses.

use azdo::{Client, ConnectionData, Error, User};

use crate::ask::{Failure, asked, within};
use crate::decide::{decide, decide_organization};
use crate::evidence::{Answer, Evidence, Licence, Question};
use crate::finding::Finding;
use crate::options::{Options, Proof};
use crate::state::OrganizationState;

/// What the connection test showed.
pub(crate) struct Connection {
    pub(crate) state: OrganizationState,
    pub(crate) finding: Finding,
    /// None but of an organization that accepts the credential.
    pub(crate) data: Option<ConnectionData>,
}

/// Evidence with everything that is known before anything is asked.
pub(crate) fn evidence<'a>(
    client: &'a Client,
    options: &Options,
    question: Question,
    asked: &'a str,
    answer: Answer<'a>,
) -> Evidence<'a> {
    Evidence {
        organization: Some(client.organization()),
        project: None,
        credential: options.credential,
        tenant: options.tenant,
        proof: options.proof,
        question,
        asked,
        answer,
        right: None,
        licence: Licence::Unknown,
        is_public: false,
    }
}

pub(crate) async fn connect(client: &Client, user: Option<&User>, options: &Options) -> Connection {
    let read = within(options.patience, client.connection_data()).await;
    let mut options = options.clone();
    let is_refused = matches!(&read, Err(Failure::Refused(Error::Unauthorized(_))));
    if let (true, Proof::NotTried, Some(user)) = (is_refused, options.proof, user) {
        options.proof = proof(user, &options).await;
    }
    let asked = asked("GET", client.organization(), "_apis/connectionData");
    let answer = match &read {
        Ok(data) if data.is_anonymous() => Answer::Anonymous,
        Ok(_) => Answer::Shown(1),
        Err(failure) => failure.answer(),
    };
    let evidence = evidence(client, &options, Question::Connection, &asked, answer);
    Connection {
        state: decide_organization(&evidence),
        finding: decide(&evidence),
        data: read.ok().filter(|data| !data.is_anonymous()),
    }
}

/// Asks something else with the same credential.
async fn proof(user: &User, options: &Options) -> Proof {
    match within(options.patience, user.profile()).await {
        Ok(_) => Proof::Accepted,
        Err(Failure::Refused(Error::Unauthorized(_))) => Proof::Refused,
        Err(_) => Proof::NotTried,
    }
}
