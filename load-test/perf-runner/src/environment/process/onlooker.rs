//! Looking into the metrics database while a campaign is being measured.

use std::path::Path;

use postgres_cluster::{Onlooker, SUPERUSER};

use super::{clusters::Purpose, database, lease};

/// The URL of the metrics database that a living runner keeps for this state
/// folder; none when there is no such runner, or it uses another database.
pub fn metrics_url_in_use(state: &Path) -> Option<String> {
    let pid = lease::child_of_holder(state, &Purpose::Metrics.server_name())?;
    match Onlooker::of(pid) {
        Ok(server) => server.map(|server| server.url(SUPERUSER, database::METRICS)),
        Err(error) => {
            tracing::warn!(%error, "the metrics database that is in use cannot be looked into");
            None
        }
    }
}
