//! The campaign that another one is held against: which one is meant, and whether the
//! two may be compared.

use crate::{
    analyze::change,
    fault::Fault,
    host,
    model::{
        Campaign, CampaignChanges, CampaignFilter, CampaignStatus, CampaignSummary, StoredCampaign,
        WhichCampaign,
    },
    plan,
    store::Store,
};

/// So many earlier campaigns are looked at for one that may be compared.
const MOST_LOOKED_AT: usize = 10;

/// What a campaign is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Baseline {
    /// The newest completed campaign before it of its mode and runtime: if there is
    /// one that may be compared, the newest of those.
    Latest,
    /// This one.
    Of(Box<StoredCampaign>),
}

impl Baseline {
    /// What a user means by a word: `latest`, a campaign's id, or its beginning.
    ///
    /// # Errors
    /// When there is no such campaign, several begin like that, or what is stored of it
    /// cannot be read.
    pub async fn named(store: &Store, word: &str) -> Result<Self, Fault> {
        match store.named(word).await? {
            WhichCampaign::Latest => Ok(Self::Latest),
            which @ WhichCampaign::Id(_) => Ok(Self::Of(Box::new(store.load(&which).await?))),
        }
    }

    /// What changed from it to this campaign; told, too, when there is none and when
    /// they may not be compared.
    ///
    /// # Errors
    /// When what is stored cannot be read, or the campaign would be its own baseline.
    pub async fn changes(&self, store: &Store, after: &StoredCampaign) -> Result<CampaignChanges, Fault> {
        let found = match self {
            Self::Latest => latest(store, &after.campaign).await?,
            Self::Of(named) => Some((**named).clone()),
        };
        let Some(before) = found else { return Ok(change::without_baseline(after)) };
        if before.campaign.id == after.campaign.id {
            return Err(Fault::usage(format!(
                "campaign {} cannot be held against itself",
                after.campaign.id
            ))
            .repair("name another one; `runs list` shows them"));
        }
        Ok(change::between(&before, after, differences(&before.campaign, &after.campaign), false))
    }
}

async fn latest(store: &Store, of: &Campaign) -> Result<Option<StoredCampaign>, Fault> {
    let wanted = CampaignFilter {
        modes: vec![of.mode],
        statuses: vec![CampaignStatus::Completed],
        before: Some(of.started_at),
        ..CampaignFilter::default()
    };
    let earlier = store.list(&wanted).await?;
    let is_candidate = |known: &&CampaignSummary| known.runtime == of.runtime && known.id != of.id;
    let mut newest = None;
    for candidate in earlier.iter().filter(is_candidate).take(MOST_LOOKED_AT) {
        let stored = store.load(&WhichCampaign::Id(candidate.id.clone())).await?;
        if differences(&stored.campaign, of).is_empty() {
            return Ok(Some(stored));
        }
        newest = newest.or(Some(stored));
    }
    Ok(newest)
}

/// In what two campaigns differ that decides what their numbers mean: host, tools,
/// database, runtime, runner and load. Nothing when they may be compared.
pub fn differences(then: &Campaign, now: &Campaign) -> Vec<String> {
    let mut found = host::differences(&then.host, &now.host);
    if found.is_empty() {
        found.extend(plan::resume::difference("fingerprint", &then.fingerprint, &now.fingerprint));
    }
    found.extend(plan::resume::difference("runtime", &then.runtime, &now.runtime));
    found.extend(plan::resume::difference("runner", &then.runner_version, &now.runner_version));
    found.extend(plan::resume::differences_of_load(&then.plan, &now.plan));
    found
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{
        model::{CampaignId, PayloadSize, PhaseLoad},
        sample,
    };

    fn campaign(id: &str, later_s: i64) -> StoredCampaign {
        let mut stored = sample::held(1);
        stored.campaign.id = CampaignId(id.to_owned());
        stored.campaign.started_at += TimeDelta::seconds(later_s);
        stored
    }

    async fn store_of(campaigns: &[StoredCampaign]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::in_files(folder.path());
        for stored in campaigns {
            store.begin_campaign(&stored.campaign).await.unwrap();
        }
        (folder, store)
    }

    async fn baseline_of(store: &Store, after: &StoredCampaign) -> Option<String> {
        let changes = Baseline::Latest.changes(store, after).await.unwrap();
        changes.before.map(|before| before.id.0)
    }

    #[tokio::test]
    async fn the_latest_is_the_newest_completed_one_before_that_may_be_compared() {
        let after = campaign("d", 40);
        let mut other_host = campaign("c", 30);
        other_host.campaign.host.cores += 1;
        other_host.campaign.fingerprint = "another".to_owned();
        let mut interrupted = campaign("b", 20);
        interrupted.campaign.status = CampaignStatus::Interrupted;
        let first = campaign("a", 10);
        let later = campaign("e", 50);
        let (_folder, store) =
            store_of(&[first, interrupted, other_host.clone(), after.clone(), later]).await;
        assert_eq!(baseline_of(&store, &after).await.as_deref(), Some("a"));
        // Better one that differs, told with its differences, than silence.
        let (_folder, store) = store_of(&[other_host, after.clone()]).await;
        let changes = Baseline::Latest.changes(&store, &after).await.unwrap();
        assert_eq!(changes.before.unwrap().id.0, "c");
        assert!(changes.figures.is_empty() && changes.differences[0].starts_with("processors: "));
        let (_folder, store) = store_of(std::slice::from_ref(&after)).await;
        let changes = Baseline::Latest.changes(&store, &after).await.unwrap();
        assert_eq!((changes.before, changes.figures.len()), (None, 0));
        assert!(changes.findings[0].contains("no earlier completed full campaign"), "{:?}", changes.findings);
    }

    #[tokio::test]
    async fn a_campaign_is_named_by_its_id_or_an_unmistakable_beginning_of_it() {
        let all = [campaign("20261121-1-full-0001", 0), campaign("20261122-1-full-0002", 10)];
        let (_folder, store) = store_of(&all).await;
        let named = async |word: &str| Baseline::named(&store, word).await;
        assert_eq!(named("latest").await.unwrap(), Baseline::Latest);
        let Baseline::Of(found) = named("20261121").await.unwrap() else { panic!("a campaign") };
        assert_eq!(found.campaign.id.0, "20261121-1-full-0001");
        let several = named("2026").await.unwrap_err();
        assert!(several.to_string().contains("2 campaigns begin with \"2026\""), "{several}");
        assert!(named("1999").await.unwrap_err().to_string().contains("no campaign \"1999\""));
        let itself = Baseline::Of(Box::new(all[0].clone())).changes(&store, &all[0]).await.unwrap_err();
        assert!(itself.to_string().contains("against itself"), "{itself}");
    }

    type Change = fn(&mut Campaign);

    #[test]
    fn everything_that_decides_what_a_number_means_is_a_difference() {
        let then = campaign("a", 0).campaign;
        assert_eq!(differences(&then, &campaign("b", 10).campaign), Vec::<String>::new());
        let changes: [(Change, &str); 9] = [
            (|now| now.host.kernel = None, "kernel: "),
            (|now| now.fingerprint = "x".to_owned(), "fingerprint: 9f86d081884c then, x now"),
            (|now| now.runtime = "fake".to_owned(), "runtime: "),
            (|now| now.runner_version = "9".to_owned(), "runner: "),
            (|now| now.plan.think_time_ms = 1, "think time: "),
            (|now| now.plan.max_connections = 1, "connections: "),
            (|now| now.plan.update_share = 0.5, "update share: "),
            (|now| now.plan.runs[0].payload = PayloadSize::K64, "payload sizes: "),
            (
                |now| now.plan.runs[0].phases[0].load = PhaseLoad::Vus { vus: 11, hold_ms: 30_000 },
                "phases: 10x30s",
            ),
        ];
        for (change, told) in changes {
            let mut now = then.clone();
            change(&mut now);
            let found = differences(&then, &now);
            assert!(found.len() == 1 && found[0].starts_with(told), "{told}: {found:?}");
        }
        // How often, in what order and of what code is what a comparison is for.
        let mut now = then.clone();
        (now.plan.rounds, now.plan.seed, now.git) = (5, 1, None);
        assert_eq!(differences(&then, &now), Vec::<String>::new());
    }
}
