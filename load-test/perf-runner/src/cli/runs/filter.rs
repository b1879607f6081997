//! Which campaigns a `runs` command is about.

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::Args;

use crate::model::{CampaignFilter, CampaignStatus, Mode, PayloadSize};

#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// Only campaigns of this mode; repeat for several.
    #[arg(long = "mode", value_name = "MODE", value_enum, value_delimiter = ',', env = "PERF_RUNS_MODE")]
    modes: Vec<Mode>,
    /// Only campaigns that measured this API; repeat for several.
    #[arg(long = "api", value_name = "NAME", value_delimiter = ',', env = "PERF_RUNS_API")]
    apis: Vec<String>,
    /// Only campaigns with this payload size; repeat for several.
    #[arg(
        long = "payload-size",
        value_name = "SIZE",
        value_enum,
        value_delimiter = ',',
        env = "PERF_RUNS_PAYLOAD_SIZE"
    )]
    payloads: Vec<PayloadSize>,
    /// Only campaigns that got this far; repeat for several.
    #[arg(
        long = "status",
        value_name = "STATUS",
        value_enum,
        value_delimiter = ',',
        env = "PERF_RUNS_STATUS"
    )]
    statuses: Vec<CampaignStatus>,
    /// Only campaigns that started then or later: `2026-11-21` (UTC), an RFC 3339 time, or `7d` ago.
    #[arg(long, value_name = "TIME", env = "PERF_RUNS_SINCE")]
    since: Option<Moment>,
    /// Only campaigns that started before then.
    #[arg(long, value_name = "TIME", env = "PERF_RUNS_BEFORE")]
    before: Option<Moment>,
}

impl FilterArgs {
    pub(super) fn filter(self, now: DateTime<Utc>) -> CampaignFilter {
        let Self { modes, apis, payloads, statuses, since, before } = self;
        CampaignFilter {
            modes,
            apis,
            payloads,
            statuses,
            since: since.map(|moment| moment.at(now)),
            before: before.map(|moment| moment.at(now)),
        }
    }
}

/// A moment as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// That very one.
    At(DateTime<Utc>),
    /// So long before now.
    Ago(Duration),
}

impl Moment {
    /// Further back than any clock goes is the beginning of time.
    pub(super) fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::At(moment) => moment,
            Self::Ago(duration) => TimeDelta::from_std(duration)
                .ok()
                .and_then(|delta| now.checked_sub_signed(delta))
                .unwrap_or(DateTime::UNIX_EPOCH),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(date) = text.parse::<NaiveDate>() {
            return Ok(Self::At(date.and_time(NaiveTime::MIN).and_utc()));
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(time.to_utc()));
        }
        humantime::parse_duration(text).map(Self::Ago).map_err(|_| {
            format!("{text:?} is no moment: write 2026-11-21, 2026-11-21T10:30:00Z, or 7d for a week ago")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_a_time_or_so_long_ago() {
        let now = DateTime::parse_from_rfc3339("2026-11-21T10:43:51Z").unwrap().to_utc();
        let at = |text: &str| Moment::from_str(text).unwrap().at(now).to_rfc3339();
        assert_eq!(at("2026-11-20"), "2026-11-20T00:00:00+00:00");
        assert_eq!(at("2026-11-20T12:00:00+02:00"), "2026-11-20T10:00:00+00:00");
        assert_eq!(at("7d"), "2026-11-14T10:43:51+00:00");
        assert_eq!(at("500000y"), "1970-01-01T00:00:00+00:00");
        for text in ["", "yesterday", "7", "2026-13-01", "-7d"] {
            assert!(Moment::from_str(text).is_err(), "{text}");
        }
    }
}
