//! What the service says about our rights, asked for all projects at once.

use std::collections::HashMap;

use azdo::{Client, Evaluated, Evaluation, Project};
use uuid::Uuid;

use crate::ask::within;
use crate::options::Options;
use crate::state::Domain;

/// Security namespaces, as every organization lists them under `_apis/securitynamespaces`.
const PROJECT: Uuid = Uuid::from_u128(0x52d3_9943_cb85_4d7f_8fa8_c6ba_ac87_3819);
const AREAS: Uuid = Uuid::from_u128(0x83e2_8ad4_2d72_4ceb_97b0_c772_6d55_02c3);
const GIT: Uuid = Uuid::from_u128(0x2e9e_b7ed_3c0a_47d4_87c1_0ffd_d275_fd87);
const BUILD: Uuid = Uuid::from_u128(0x3334_4d9c_fc72_4d6f_aba5_fa31_7101_a7e9);
const TFVC: Uuid = Uuid::from_u128(0xa393_71cf_0841_4c16_bbd3_276e_341b_c052);

/// Whether a domain of a project may be read, where that is known.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    known: HashMap<(Uuid, Domain), bool>,
}

impl Rights {
    pub(crate) fn of(&self, project: Uuid, domain: Domain) -> Option<bool> {
        self.known.get(&(project, domain)).copied()
    }

    pub(crate) fn know(&self, domain: Domain) -> bool {
        self.known.keys().any(|(_, known)| *known == domain)
    }

    /// Forgets what was said of a domain: data has shown that it was not true.
    pub(crate) fn discredit(&mut self, domain: Domain) {
        self.known.retain(|(_, known), _| *known != domain);
    }

    /// One request for as many projects as go into one. Where a batch is refused, or an answer does
    /// not fit its question, nothing is known.
    pub(crate) async fn read(client: &Client, projects: &[Project], options: &Options) -> Self {
        let mut rights = Self::default();
        let questions: Vec<(Uuid, Domain, Evaluation)> = projects
            .iter()
            .flat_map(|project| questions(project, options.root_areas.get(&project.id)))
            .collect();
        for batch in questions.chunks(options.evaluations.max(1)) {
            let asked: Vec<Evaluation> = batch
                .iter()
                .map(|(_, _, evaluation)| evaluation.clone())
                .collect();
            let read = within(options.patience, client.permissions(&asked)).await;
            let Ok(answers) = read else { break };
            let pairs = batch.iter().zip(&answers);
            rights
                .known
                .extend(pairs.filter_map(|((project, domain, evaluation), answer)| {
                    Some(((*project, *domain), value(evaluation, answer)?))
                }));
        }
        rights
    }
}

/// The answer, if it is one to this question.
fn value(asked: &Evaluation, answer: &Evaluated) -> Option<bool> {
    let is_same = answer.namespace == Some(asked.namespace)
        && answer
            .token
            .as_ref()
            .is_some_and(|token| token.eq_ignore_ascii_case(&asked.token));
    answer.value.filter(|_| is_same)
}

/// One question a domain. Work items have rights by area: without the id of the root area, whether
/// the project itself may be viewed stands for it.
fn questions(project: &Project, root_area: Option<&Uuid>) -> [(Uuid, Domain, Evaluation); 4] {
    let id = project.id;
    let question = |domain, namespace, token, permissions| {
        let evaluation = Evaluation {
            namespace,
            token,
            permissions,
        };
        (id, domain, evaluation)
    };
    let boards = match root_area {
        Some(area) => question(
            Domain::Boards,
            AREAS,
            format!("vstfs:///Classification/Node/{area}"),
            16,
        ),
        None => question(
            Domain::Boards,
            PROJECT,
            format!("$PROJECT:vstfs:///Classification/TeamProject/{id}"),
            1,
        ),
    };
    let folder = format!("$/{}", project.name.as_deref().unwrap_or_default());
    [
        boards,
        question(Domain::Git, GIT, format!("repoV2/{id}"), 2),
        question(Domain::Pipelines, BUILD, id.to_string(), 1),
        question(Domain::Tfvc, TFVC, folder, 1),
    ]
}
