//! What APIs sustained over campaigns, held against each other only where host,
//! payload and load were equal.

use std::collections::BTreeMap;

use crate::model::{ApiHistory, Comparable, HistoryGroup, StoredCampaign, Sustained};

/// One API in one campaign, by what it may be compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What must be equal.
    pub comparable: Comparable,
    /// The API.
    pub api: String,
    /// What it sustained.
    pub sustained: Sustained,
}

/// What a campaign adds to the history: every API that has a valid held load. The
/// second of two equal ones adds nothing of its own.
pub fn entries(stored: &StoredCampaign) -> Vec<Entry> {
    let campaign = &stored.campaign;
    let entry = |payload, api: &crate::model::ApiAnalysis| {
        let capacity = api.capacity.as_ref().filter(|_| api.again_of.is_none())?;
        Some(Entry {
            comparable: Comparable {
                fingerprint: campaign.fingerprint.clone(),
                runtime: campaign.runtime.clone(),
                payload,
                think_time_ms: campaign.plan.think_time_ms,
                max_connections: campaign.plan.max_connections,
                update_share: campaign.plan.update_share,
            },
            api: api.api.clone(),
            sustained: Sustained {
                campaign: campaign.id.clone(),
                started_at: campaign.started_at,
                per_s: capacity.per_s,
                vus: capacity.vus,
                bound: capacity.bound,
            },
        })
    };
    let of_payload = |payload: &crate::model::PayloadAnalysis| {
        payload.apis.iter().filter_map(|api| entry(payload.payload, api)).collect::<Vec<_>>()
    };
    super::of(stored).payloads.iter().flat_map(of_payload).collect()
}

/// Latest and best of each API, group by group; the group that was measured last
/// comes first.
pub fn groups(entries: Vec<Entry>) -> Vec<HistoryGroup> {
    let mut groups: Vec<(Comparable, BTreeMap<String, Vec<Sustained>>)> = Vec::new();
    for Entry { comparable, api, sustained } in entries {
        let known = groups.iter().position(|(known, _)| *known == comparable);
        let index = known.unwrap_or_else(|| {
            groups.push((comparable, BTreeMap::new()));
            groups.len() - 1
        });
        groups[index].1.entry(api).or_default().push(sustained);
    }
    let mut groups: Vec<HistoryGroup> = groups
        .into_iter()
        .map(|(comparable, apis)| HistoryGroup {
            comparable,
            apis: apis.into_iter().filter_map(|(api, sustained)| of_api(api, &sustained)).collect(),
        })
        .collect();
    let newest = |group: &HistoryGroup| group.apis.iter().map(|api| api.latest.started_at).max();
    groups.sort_by_key(|group| std::cmp::Reverse(newest(group)));
    groups
}

fn of_api(api: String, sustained: &[Sustained]) -> Option<ApiHistory> {
    let latest = sustained.iter().max_by_key(|one| one.started_at)?;
    let best = sustained.iter().max_by(|one, other| one.per_s.total_cmp(&other.per_s))?;
    Some(ApiHistory { api, campaigns: sustained.len(), latest: latest.clone(), best: best.clone() })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{
        model::{CampaignId, PayloadSize},
        sample::{self, LOADS, SIX, True, held_of, with_invalid},
    };

    /// A campaign of one API that sustains about so much.
    fn campaign(id: &str, later_s: i64, peak_per_s: f64) -> StoredCampaign {
        let mut stored = held_of(&[True { peak_per_s, ..SIX[0] }], &LOADS, 3);
        stored.campaign.id = CampaignId(id.to_owned());
        stored.campaign.started_at += TimeDelta::seconds(later_s);
        stored
    }

    fn history(campaigns: &[StoredCampaign]) -> Vec<HistoryGroup> {
        groups(campaigns.iter().flat_map(entries).collect())
    }

    #[test]
    fn latest_and_best_are_told_apart() {
        let all = [campaign("first", 0, 900.0), campaign("best", 10, 1_500.0), campaign("last", 20, 1_200.0)];
        let found = history(&all);
        assert_eq!(found.len(), 1);
        let api = &found[0].apis[0];
        assert_eq!((api.api.as_str(), api.campaigns), (SIX[0].name, 3));
        assert_eq!((api.latest.campaign.0.as_str(), api.best.campaign.0.as_str()), ("last", "best"));
        assert!(api.best.per_s > api.latest.per_s);
    }

    #[test]
    fn what_differs_in_host_payload_or_load_is_not_held_against_each_other() {
        let mut other_host = campaign("host", 10, 1_500.0);
        other_host.campaign.fingerprint = "another".to_owned();
        let mut other_payload = campaign("payload", 20, 1_500.0);
        for stored in &mut other_payload.runs {
            stored.run.payload = PayloadSize::K64;
        }
        let mut other_pause = campaign("pause", 30, 1_500.0);
        other_pause.campaign.plan.think_time_ms = 0;
        let found = history(&[campaign("first", 0, 900.0), other_host, other_payload, other_pause]);
        let bests: Vec<&str> = found.iter().map(|group| group.apis[0].best.campaign.0.as_str()).collect();
        assert_eq!(bests, ["pause", "payload", "host", "first"]);
    }

    #[test]
    fn what_is_invalid_or_holds_no_load_sets_no_record() {
        let mut stored = campaign("invalid", 0, 1_500.0);
        for phase in ["p1", "p2", "p3", "p4", "p5", "p6", "p7"] {
            stored = with_invalid(stored, SIX[0].name, phase, "errors");
        }
        assert_eq!(history(&[stored, sample::normal()]), []);
    }
}
