//! The seven services as processes.

use std::time::Duration;

use anyhow::{Context as _, bail};
use local::{Service, ServiceOptions, free_port};

use crate::directory::Directory;
use crate::options::Options;

const READY_WITHIN: Duration = Duration::from_mins(1);
const END_WITHIN: Duration = Duration::from_secs(20);

/// A service, and where its health page is.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) health: String,
    service: Service,
}

/// The services, and what all of them are told.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) members: Vec<Member>,
    environment: Vec<(String, String)>,
    /// What each is told of its servers.
    servers: Vec<(&'static str, Vec<(String, String)>)>,
}

/// What a service is told of its servers.
type Servers<'a> = &'a (dyn Fn(&str) -> anyhow::Result<Vec<(String, String)>> + Sync);

impl Services {
    /// Starts all of them, and waits until each is ready.
    pub(crate) async fn start(
        options: &Options,
        directory: &Directory,
        environment: Vec<(String, String)>,
        servers: Servers<'_>,
    ) -> anyhow::Result<Self> {
        let mut services = Self {
            members: Vec::new(),
            environment,
            servers: Vec::new(),
        };
        for name in testkit::SERVICES {
            services.servers.push((name, servers(name)?));
            let member = services.spawn(name, options, directory, &[])?;
            services.members.push(member);
        }
        for member in &mut services.members {
            member.wait_ready().await?;
        }
        Ok(services)
    }

    /// Ends a service and starts it again with other settings, as an operator would.
    pub(crate) async fn replace(
        &mut self,
        name: &str,
        options: &Options,
        directory: &Directory,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<()> {
        let at = self.members.iter().position(|member| member.name == name);
        let at = at.with_context(|| format!("there is no service {name}"))?;
        self.members[at].service.terminate(END_WITHIN).await?;
        self.members[at] = self.spawn(self.members[at].name, options, directory, settings)?;
        self.members[at].wait_ready().await
    }

    /// Fails when a service has ended by itself.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        for member in &mut self.members {
            if let Some(status) = member.service.ended() {
                bail!(
                    "the service {} has ended ({status}); the end of its log:\n{}",
                    member.name,
                    member.service.log_tail()
                );
            }
        }
        Ok(())
    }

    /// Asks all to end, and waits for each.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        for member in &mut self.members {
            member.service.ask_to_end()?;
        }
        for member in &mut self.members {
            member.service.wait(END_WITHIN).await?;
        }
        Ok(())
    }

    fn spawn(
        &self,
        name: &'static str,
        options: &Options,
        directory: &Directory,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Member> {
        let health = format!("127.0.0.1:{}", free_port()?);
        let own = [("ADIT_HEALTH_LISTEN", health.as_str())];
        let servers = self.servers.iter().filter(|(service, _)| *service == name);
        let all = self
            .environment
            .iter()
            .chain(servers.flat_map(|(_, servers)| servers))
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let service = Service::spawn(ServiceOptions {
            name: name.to_owned(),
            program: options.programs.join(name),
            arguments: Vec::new(),
            environment: all
                .chain(own)
                .chain(settings.iter().copied())
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            log: directory.log(name),
        })?;
        Ok(Member {
            name,
            health: format!("http://{health}"),
            service,
        })
    }
}

impl Member {
    async fn wait_ready(&mut self) -> anyhow::Result<()> {
        let url = format!("{}/readyz", self.health);
        Ok(self.service.wait_ready(&url, READY_WITHIN).await?)
    }
}
