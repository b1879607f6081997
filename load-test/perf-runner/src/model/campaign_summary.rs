use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CampaignId, CampaignStatus, Mode, PayloadSize};

/// One line of `runs list`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignSummary {
    /// Unique name.
    pub id: CampaignId,
    /// What it was for.
    pub mode: Mode,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How far it got.
    pub status: CampaignStatus,
    /// How often it was taken up again.
    pub resumed: u64,
    /// Test runs stored with status `completed`.
    pub completed_runs: i64,
    /// Test runs planned.
    pub planned_runs: i64,
    /// Names of the APIs, sorted.
    pub apis: Vec<String>,
    /// Payload sizes, smallest first.
    pub payloads: Vec<PayloadSize>,
    /// `process`, `docker` or `fake`.
    pub runtime: String,
    /// Equal ones mean comparable environments.
    pub fingerprint: String,
}

/// Which campaigns are asked for; what is empty asks for nothing in particular.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CampaignFilter {
    /// One of these modes.
    pub modes: Vec<Mode>,
    /// With at least one of these APIs.
    pub apis: Vec<String>,
    /// With at least one of these payload sizes.
    pub payloads: Vec<PayloadSize>,
    /// With one of these statuses.
    pub statuses: Vec<CampaignStatus>,
    /// Started then or later.
    pub since: Option<DateTime<Utc>>,
    /// Started before then.
    pub before: Option<DateTime<Utc>>,
}

impl CampaignFilter {
    /// Whether a campaign is asked for.
    pub fn admits(&self, campaign: &CampaignSummary) -> bool {
        has(&self.modes, |mode| campaign.mode == *mode)
            && has(&self.apis, |api| campaign.apis.contains(api))
            && has(&self.payloads, |payload| campaign.payloads.contains(payload))
            && has(&self.statuses, |status| campaign.status == *status)
            && self.since.is_none_or(|since| campaign.started_at >= since)
            && self.before.is_none_or(|before| campaign.started_at < before)
    }
}

fn has<T>(wanted: &[T], is: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(is)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::sample::noon;

    fn summary() -> CampaignSummary {
        CampaignSummary {
            id: CampaignId("c".to_owned()),
            mode: Mode::Full,
            started_at: noon(),
            finished_at: None,
            status: CampaignStatus::Failed,
            resumed: 0,
            completed_runs: 1,
            planned_runs: 2,
            apis: vec!["producer-api-go-grpc".to_owned(), "producer-api-go-rest".to_owned()],
            payloads: vec![PayloadSize::Default],
            runtime: "process".to_owned(),
            fingerprint: "9f86d081884c".to_owned(),
        }
    }

    #[test]
    fn every_wish_counts_and_one_of_several_is_enough() {
        let admits = |filter: CampaignFilter| filter.admits(&summary());
        let all = CampaignFilter::default;
        assert!(admits(all()));
        assert!(admits(CampaignFilter { modes: vec![Mode::Smoke, Mode::Full], ..all() }));
        assert!(!admits(CampaignFilter { modes: vec![Mode::Smoke], ..all() }));
        assert!(admits(CampaignFilter { apis: vec!["producer-api-go-rest".to_owned()], ..all() }));
        assert!(!admits(CampaignFilter { apis: vec!["producer-api-go".to_owned()], ..all() }));
        assert!(!admits(CampaignFilter { payloads: vec![PayloadSize::K4], ..all() }));
        assert!(!admits(CampaignFilter { statuses: vec![CampaignStatus::Completed], ..all() }));
        let (then, later) = (noon(), noon() + TimeDelta::microseconds(1));
        assert!(admits(CampaignFilter { since: Some(then), before: Some(later), ..all() }));
        assert!(!admits(CampaignFilter { since: Some(later), ..all() }));
        assert!(!admits(CampaignFilter { before: Some(then), ..all() }));
        let both = CampaignFilter { modes: vec![Mode::Full], payloads: vec![PayloadSize::K4], ..all() };
        assert!(!admits(both));
    }
}
