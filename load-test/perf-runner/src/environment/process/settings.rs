use super::launch::Launcher;
use crate::{
    fault::Fault,
    settings::{Given, Places, Settings},
};

/// What the process environment is told.
#[derive(Debug, Clone)]
pub struct ProcessSettings {
    /// Where things are.
    pub places: Places,
    /// What the user already has.
    pub given: Given,
    /// Pool size of every service.
    pub max_connections: u32,
    /// Use what was built before.
    pub skip_build: bool,
    /// The port of services; none takes a free one each time.
    pub service_port: Option<u16>,
    /// The runner's own program, which has the hidden subcommand `launch`.
    pub launcher: Launcher,
}

impl ProcessSettings {
    /// For a campaign, with this program as the launcher.
    ///
    /// # Errors
    /// When this program's own file cannot be found.
    pub fn for_campaign(settings: &Settings) -> Result<Self, Fault> {
        let own = Self::new(settings.places.clone(), settings.given.clone())?;
        Ok(Self { max_connections: settings.max_connections, skip_build: settings.skip_build, ..own })
    }

    /// Free ports, pools of ten, everything built, this program as the launcher.
    ///
    /// # Errors
    /// When this program's own file cannot be found.
    pub fn new(places: Places, given: Given) -> Result<Self, Fault> {
        let program = std::env::current_exe()
            .map_err(|error| Fault::failed("cannot find this program's own file").cause(error))?;
        let launcher = Launcher::new(program);
        Ok(Self { places, given, max_connections: 10, skip_build: false, service_port: None, launcher })
    }
}
