//! One look at each domain, because rights alone do not tell of licences, scopes of tokens, and
//! services that are switched off.

use std::collections::{HashMap, HashSet};

use azdo::{Client, Error, Project};
use futures::StreamExt as _;
use futures::stream;
use uuid::Uuid;

use crate::ask::{Failure, within};
use crate::evidence::Answer;
use crate::options::Options;
use crate::recognize::{is_of_no_project, is_of_the_licence};
use crate::rights::Rights;
use crate::state::Domain;

/// Of how many projects without any repository it is found out whether Repos is switched off.
const FOLLOW_UPS: usize = 10;

/// What single projects answered to one question.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    own: HashMap<Uuid, Result<usize, Failure>>,
    /// In the order of asking.
    asked: Vec<Uuid>,
}

/// What one listing of all projects showed.
#[derive(Debug)]
pub(crate) struct Listing {
    things: Result<HashMap<Uuid, usize>, Failure>,
}

impl Looks {
    /// What is known of a project: its own answer, or that of the projects that stand for it.
    pub(crate) fn answer(&self, project: Uuid) -> Answer<'_> {
        match self.own.get(&project) {
            Some(Ok(number)) => return Answer::Shown(*number),
            Some(Err(failure)) => return failure.answer(),
            None => {}
        }
        let others = self.asked.iter().filter_map(|other| self.own.get(other));
        let mut last = Answer::NotAsked;
        for other in others {
            match other {
                Ok(number) => return Answer::ShownElsewhere(*number),
                Err(failure) => last = failure.elsewhere(),
            }
        }
        last
    }

    /// Whether this project was asked itself.
    pub(crate) fn has_asked(&self, project: Uuid) -> bool {
        self.own.contains_key(&project)
    }

    /// Whether a refusal says that it is one of the licence.
    pub(crate) fn name_the_licence(&self) -> bool {
        let mut answers = self.own.values();
        answers.any(|answer| match answer {
            Err(Failure::Refused(error)) => is_of_the_licence(error),
            _ => false,
        })
    }

    fn put(&mut self, project: Uuid, answer: Result<usize, Failure>) {
        self.asked.push(project);
        self.own.insert(project, answer);
    }

    /// Asks one project for all where rights are known; a second one where the first refuses; and
    /// each where rights are not known or were wrong, or where the refusals may be of single projects.
    pub(crate) async fn take(
        client: &Client,
        domain: Domain,
        projects: &[Project],
        rights: &mut Rights,
        options: &Options,
    ) -> Self {
        let mut looks = Self::default();
        let mut order: Vec<Uuid> = projects.iter().map(|project| project.id).collect();
        order.sort_by_key(|project| match rights.of(*project, domain) {
            Some(true) => 0,
            None => 1,
            Some(false) => 2,
        });
        let mut order = order.into_iter();
        let Some(first) = order.next() else {
            return looks;
        };
        let answer = look(client, domain, first, options).await;
        let (is_shown, ends) = (answer.is_ok(), ends(&answer));
        looks.put(first, answer);
        let right = rights.of(first, domain);
        if is_shown && right == Some(false) {
            rights.discredit(domain);
        }
        if ends || (is_shown && rights.know(domain)) {
            return looks;
        }
        // Refused where the right is missing everywhere: as was to be expected.
        if !is_shown && right == Some(false) {
            return looks;
        }
        if !is_shown && let Some(second) = order.next() {
            let answer = look(client, domain, second, options).await;
            let is_shown = answer.is_ok();
            let is_of_project = matches!(&answer, Err(Failure::Refused(Error::NotFound(_))));
            looks.put(second, answer);
            if !is_of_project && (!is_shown || rights.know(domain)) {
                return looks;
            }
        }
        let rest: Vec<Uuid> = order.take(options.one_by_one).collect();
        looks.take_each(client, domain, rest, options).await;
        looks
    }

    async fn take_each(
        &mut self,
        client: &Client,
        domain: Domain,
        projects: Vec<Uuid>,
        options: &Options,
    ) {
        let asking = stream::iter(projects)
            .map(async |project| (project, look(client, domain, project, options).await));
        let mut answers = asking.buffer_unordered(options.concurrency.max(1)).boxed();
        while let Some((project, answer)) = answers.next().await {
            let ends = ends(&answer);
            self.put(project, answer);
            if ends {
                return;
            }
        }
    }
}

/// Whether the answer is everybody's, so that asking on would show nothing.
fn ends(answer: &Result<usize, Failure>) -> bool {
    match answer {
        Ok(_) => false,
        Err(Failure::Silence) => true,
        Err(Failure::Refused(error)) => is_of_no_project(error),
    }
}

async fn look(
    client: &Client,
    domain: Domain,
    project: Uuid,
    options: &Options,
) -> Result<usize, Failure> {
    let question = async {
        match domain {
            Domain::Boards => client.look_at_areas(project).await.map(|()| 1),
            Domain::Pipelines => client.look_at_definitions(project).await,
            Domain::Git | Domain::Tfvc => client.look_at_repositories(project).await,
        }
    };
    within(options.patience, question).await
}

impl Listing {
    /// All repositories of all projects.
    pub(crate) async fn of_repositories(client: &Client, options: &Options) -> Self {
        let read = within(options.patience, client.repositories().items()).await;
        let things = read.map(|repositories| {
            let mut things = HashMap::new();
            for project in repositories
                .iter()
                .filter_map(|repository| repository.project_id)
            {
                *things.entry(project).or_default() += 1;
            }
            things
        });
        Self { things }
    }

    /// The folders of all projects with TFVC.
    pub(crate) async fn of_folders(
        client: &Client,
        projects: &[Project],
        options: &Options,
    ) -> Self {
        let read = within(options.patience, client.tfvc_folders()).await;
        let things = read.map(|folders| {
            let folders: HashSet<String> = folders.iter().map(|name| name.to_lowercase()).collect();
            let has_folder = |project: &&Project| {
                let name = project.name.as_deref().unwrap_or_default();
                folders.contains(&name.to_lowercase())
            };
            let with_folder = projects.iter().filter(has_folder);
            with_folder.map(|project| (project.id, 1)).collect()
        });
        Self { things }
    }

    /// What it shows of a project.
    pub(crate) fn answer(&self, project: Uuid) -> Answer<'_> {
        match &self.things {
            Ok(things) => match things.get(&project) {
                Some(number) => Answer::Shown(*number),
                None => Answer::NotListed {
                    others: things.values().sum(),
                },
            },
            Err(failure) => failure.elsewhere(),
        }
    }

    /// The listing was refused in a way that may not hold for single projects.
    pub(crate) fn is_to_be_asked_project_by_project(&self) -> bool {
        match &self.things {
            Ok(_) | Err(Failure::Silence) => false,
            Err(Failure::Refused(error)) => !is_of_no_project(error),
        }
    }

    /// Of projects that may be read and show no repository, whether Repos is switched off. If nothing is shown of any
    /// project, two are enough.
    pub(crate) async fn follow_up(
        &self,
        client: &Client,
        projects: &[Project],
        rights: &mut Rights,
        options: &Options,
    ) -> Looks {
        let mut looks = Looks::default();
        let Ok(things) = &self.things else {
            return looks;
        };
        if things
            .keys()
            .any(|project| rights.of(*project, Domain::Git) == Some(false))
        {
            rights.discredit(Domain::Git);
        }
        let most = if things.is_empty() { 2 } else { FOLLOW_UPS };
        let is_missing = |project: &Uuid| {
            !things.contains_key(project) && rights.of(*project, Domain::Git) != Some(false)
        };
        let missing = projects.iter().map(|project| project.id).filter(is_missing);
        let missing: Vec<Uuid> = missing.take(most).collect();
        looks.take_each(client, Domain::Git, missing, options).await;
        looks
    }
}
