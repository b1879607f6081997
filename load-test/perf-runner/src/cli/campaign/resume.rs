//! `--resume`: which campaign is taken up again, and whether what was typed is
//! still that campaign.

use clap::{ArgMatches, parser::ValueSource};

use super::super::{Fault, stored};
use crate::{
    model::{CampaignFilter, CampaignStatus, Mode, StoredCampaign, WhichCampaign},
    plan,
    settings::Settings,
    store::Store,
};

/// Flags that decide what is measured. The others decide where and how it is shown.
const OF_THE_PLAN: [&str; 17] = [
    "apis",
    "payloads",
    "seed",
    "think_time",
    "request_timeout",
    "max_connections",
    "build_tool",
    "phases",
    "arrival_rates",
    "hold",
    "settle",
    "warm_up",
    "update_share",
    "rounds",
    "again",
    "ceiling",
    "no_ceiling",
];

/// Whether a subcommand was told something of the plan, on the command line or by
/// the environment.
pub(in crate::cli) fn says_what_to_measure(matches: &ArgMatches) -> bool {
    let Some((_, typed)) = matches.subcommand() else { return false };
    let is_typed = |id: &clap::Id| {
        matches!(typed.value_source(id.as_str()), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    };
    typed.ids().any(|id| OF_THE_PLAN.contains(&id.as_str()) && is_typed(id))
}

/// What was typed about it.
pub(super) struct Resume {
    pub(super) which: String,
    /// The plan must be the one that was typed; else it is the stored one.
    pub(super) is_plan_typed: bool,
    /// Without a seed of the user's, it is the stored one.
    pub(super) is_seed_typed: bool,
}

impl Resume {
    /// The stored campaign, and settings that fit it.
    ///
    /// # Errors
    /// When there is no such campaign, nothing of it is left to do, or what was typed
    /// is another plan, with every difference.
    pub(super) async fn find(
        &self,
        settings: &mut Settings,
        host: &crate::model::HostFacts,
    ) -> Result<StoredCampaign, Fault> {
        // The files are there wherever a campaign was begun.
        let store = Store::in_files(&settings.places.results);
        let which = self.which(&store, settings.mode).await?;
        let found = store.load(&which).await?;
        let campaign = &found.campaign;
        if campaign.mode != settings.mode {
            let what = format!("campaign {} is of mode {}", campaign.id, campaign.mode);
            return Err(Fault::usage(what)
                .repair(format!("resume it with `perf-runner {} --resume {}`", campaign.mode, campaign.id)));
        }
        if plan::resume::left(&found).is_empty() && campaign.status != CampaignStatus::Running {
            return Err(Fault::usage(format!("nothing is missing of campaign {}", campaign.id))
                .repair("start a new campaign without --resume"));
        }
        if !self.is_seed_typed {
            settings.seed = campaign.plan.seed;
        }
        let runtime = plan::resume::difference("runtime", &campaign.runtime, settings.runtime.as_str());
        let mut differences: Vec<String> = runtime.into_iter().collect();
        if self.is_plan_typed {
            let typed = plan::make(&campaign.id, settings, host)?;
            differences.extend(plan::resume::differences(&campaign.plan, &typed));
        }
        plan::resume::refuse(&campaign.id, &differences)?;
        settings.max_connections = campaign.plan.max_connections;
        Ok(found)
    }

    async fn which(&self, store: &Store, mode: Mode) -> Result<WhichCampaign, Fault> {
        let which = stored::which(&self.which);
        if which != WhichCampaign::Latest {
            return Ok(which);
        }
        let unfinished = CampaignFilter {
            modes: vec![mode],
            statuses: vec![CampaignStatus::Running, CampaignStatus::Interrupted],
            ..CampaignFilter::default()
        };
        match store.list(&unfinished).await?.into_iter().next() {
            Some(newest) => Ok(WhichCampaign::Id(newest.id)),
            None => Err(Fault::usage(format!("no {mode} campaign was interrupted"))
                .repair("`perf-runner runs list` shows what there is")),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn typed(words: &[&str]) -> bool {
        says_what_to_measure(&Cli::command().try_get_matches_from(words).unwrap())
    }

    #[test]
    fn only_flags_of_the_plan_are_told_apart_from_the_stored_one() {
        assert!(!typed(&["perf-runner", "full", "--resume"]));
        assert!(!typed(&[
            "perf-runner",
            "full",
            "--resume",
            "--strict",
            "--skip-build",
            "--progress",
            "none"
        ]));
        assert!(typed(&["perf-runner", "full", "--resume", "--rounds", "1"]));
        assert!(typed(&["perf-runner", "smoke", "--api", "producer-api-go-rest", "--resume"]));
    }

    /// A new flag must be put on one side.
    #[test]
    fn every_flag_of_a_campaign_is_known_to_be_of_the_plan_or_not() {
        const OF_THE_OCCASION: [&str; 34] = [
            "runtime",
            "url",
            "docker_host",
            "go_image",
            "jdk_image",
            "rust_image",
            "postgres_image",
            "service_cpus",
            "service_memory",
            "service_cpuset",
            "database_cpus",
            "database_memory",
            "database_cpuset",
            "k6_cpus",
            "k6_memory",
            "k6_cpuset",
            "skip_build",
            "strict",
            "fail_if",
            "junit",
            "baseline",
            "plan",
            "resume",
            "verify",
            "skip_verify",
            "database_url",
            "metrics_url",
            "postgres_bin",
            "k6",
            "progress",
            "root",
            "state",
            "results",
            "help",
        ];
        for mode in ["smoke", "full", "saturation"] {
            let mut command = Cli::command();
            let command = command.find_subcommand_mut(mode).unwrap();
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                assert!(
                    OF_THE_PLAN.contains(&id) != OF_THE_OCCASION.contains(&id),
                    "{mode}: is --{id} of the plan?"
                );
            }
        }
    }
}
