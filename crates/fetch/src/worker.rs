//! Takes jobs and sees them through.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use azdo::{Client, Hosts, Http, HttpOptions};
use bus::{Bus, Delivery};
use chassis::Lifecycle;
use jiff::Timestamp;
use tokio::{
    sync::Semaphore,
    time::{Instant, MissedTickBehavior},
};
use tracing::Instrument as _;
use uuid::Uuid;
use wire::{Domain, proto::control::v1::Job, subject};

use crate::{
    Context, Options, Readers,
    credential::{Credential, FeedCredential},
    ending,
    pace::{Paces, SharedPace},
    readers::Reader,
    run::Run,
};

/// The job's delivery is kept alive so often; NATS waits 30 s.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Runs a fetcher until its life ends. The streams must be there.
pub fn run(
    domain: Domain,
    readers: Readers,
    options: &Options,
    bus: Bus,
    clock: fn() -> Timestamp,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    bus.tell_readiness(lifecycle);
    let mut http = HttpOptions::new(clock);
    http.contact.clone_from(&options.azure_devops.contact);
    let worker = Arc::new(Worker {
        readers,
        http: Http::new(http).context("make the HTTP client")?,
        hosts: options.azure_devops.hosts(),
        paces: Paces::new(
            bus.clone(),
            clock,
            options.fetch_concurrency,
            domain.name(),
            lifecycle,
        ),
        credentials: Mutex::default(),
        options: options.clone(),
        domain,
        bus,
        clock,
        lifecycle: lifecycle.clone(),
    });
    let ready = lifecycle.condition("jobs");
    lifecycle.spawn("jobs", async move {
        ready.met();
        worker.work().await
    });
    Ok(())
}

struct Worker {
    readers: Readers,
    http: Http,
    hosts: Hosts,
    paces: Paces,
    credentials: Mutex<HashMap<(Uuid, Uuid), Arc<Credential>>>,
    options: Options,
    domain: Domain,
    bus: Bus,
    clock: fn() -> Timestamp,
    lifecycle: Lifecycle,
}

impl Worker {
    async fn work(self: Arc<Self>) -> anyhow::Result<()> {
        let places = Arc::new(Semaphore::new(self.options.fetch_jobs.max(1)));
        let mut jobs = self.bus.jobs(self.domain);
        loop {
            let place = tokio::select! {
                () = self.lifecycle.soft.cancelled() => break,
                place = Arc::clone(&places).acquire_owned() => place?,
            };
            let delivery = tokio::select! {
                () = self.lifecycle.soft.cancelled() => break,
                delivery = jobs.next() => delivery?,
            };
            let worker = Arc::clone(&self);
            self.lifecycle.tracker.spawn(async move {
                worker.carry_out(delivery).await;
                drop(place);
            });
        }
        if let Err(error) = jobs.close().await {
            tracing::debug!(error = %error, "jobs could not be given back; another fetcher has them later");
        }
        Ok(())
    }

    /// Carries out one job and acknowledges it, whatever became of it: what became of it stands in its last page, and
    /// a run without a last page is found by the scheduler.
    async fn carry_out(&self, delivery: Delivery<Job>) {
        let job = &delivery.message;
        let span = tracing::info_span!(
            "run",
            otel.name = format!("fetch {}", job.entity),
            adit.feed = job.feed_id,
            adit.epoch = job.epoch
        );
        telemetry::set_parent(&span, &delivery.context);
        async {
            match Box::pin(self.attempt(&delivery)).await {
                Ok(()) => {
                    if let Err(error) = delivery.ack().await {
                        tracing::debug!(error = %error, "a job could not be acknowledged; it ends as interrupted when it is delivered again");
                    }
                }
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "a job of {} was dropped", job.entity);
                    // The scheduler orders the feed again when its lease is over.
                    let _ = delivery.term().await;
                }
            }
        }
        .instrument(span)
        .await;
    }

    async fn attempt(&self, delivery: &Delivery<Job>) -> anyhow::Result<()> {
        let job = &delivery.message;
        let reader = self
            .readers
            .find(&job.entity)
            .with_context(|| format!("no reader for the entity `{}`", job.entity))?;
        let mut run = Run::of(
            job,
            reader.entity(),
            self.bus.clone(),
            (self.clock)(),
            self.lifecycle.soft.clone(),
            self.lifecycle.hard.clone(),
        )?;
        if delivery.delivered > 1 {
            // Somebody began it before, and pages of two readings must not share numbers.
            run.interrupt(ending::interrupted("its fetcher died"))
                .await?;
            return Ok(());
        }
        let progress = Arc::clone(&run.progress);
        let mut reading = Box::pin(self.read(&mut run, reader.as_ref(), job));
        let mut heartbeat = tokio::time::interval(self.options.fetch_heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut kept_alive = Instant::now();
        loop {
            tokio::select! {
                ended = &mut reading => return ended,
                () = self.lifecycle.hard.cancelled() => anyhow::bail!("told to stop at once"),
                _ = heartbeat.tick() => {
                    // Nobody depends on it for truth.
                    let _ = self
                        .bus
                        .publish_event(&subject::progress(self.domain), &progress.message(job))
                        .await;
                    if kept_alive.elapsed() >= KEEP_ALIVE {
                        kept_alive = Instant::now();
                        let _ = delivery.progress().await;
                    }
                }
            }
        }
    }

    async fn read(&self, run: &mut Run, reader: &dyn Reader, job: &Job) -> anyhow::Result<()> {
        let scope = run.scope.clone();
        let connection = job.connection_id.parse()?;
        let credential = self.credential(connection, scope.organization);
        let credential = FeedCredential::new(credential, &job.feed_id);
        let identity = tokio::select! {
            biased;
            () = self.lifecycle.soft.cancelled() => {
                run.interrupt(ending::interrupted(ending::STOPPED)).await?;
                return Ok(());
            }
            identity = credential.identity() => identity,
        };
        let identity = match identity {
            Ok(identity) => identity,
            Err(error) => {
                run.fail(&error.into()).await?;
                return Ok(());
            }
        };
        let azdo = Client::new(
            &self.http,
            &self.hosts,
            scope.organization_name.parse()?,
            Arc::new(credential),
            Arc::new(SharedPace(self.paces.of(scope.organization, &identity))),
        );
        run.progress.follow(azdo.clone());
        let context = Context {
            azdo,
            scope,
            known: job.known.clone(),
            now: run.started_at,
            mirrors: self.options.mirror_dir.clone(),
        };
        reader.run(run, Arc::new(context), job).await?;
        Ok(())
    }

    fn credential(&self, connection: Uuid, organization: Uuid) -> Arc<Credential> {
        let mut credentials = self
            .credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let credential = credentials
            .entry((connection, organization))
            .or_insert_with(|| {
                Arc::new(Credential::new(
                    self.bus.clone(),
                    self.clock,
                    connection,
                    organization,
                ))
            });
        Arc::clone(credential)
    }
}
