//! What APIs sustained over campaigns, for the terminal.

use super::{
    format::{per_second, plain, quotient},
    text::{empty_table, rendered, shortened, wrapped},
};
use crate::model::{Bound, Comparable, HistoryGroup, Sustained};

/// One table for each group of campaigns that may be held against each other.
pub fn of(groups: &[HistoryGroup]) -> String {
    if groups.is_empty() {
        return "\nno API has a valid held load yet\n".to_owned();
    }
    groups.iter().map(group).collect()
}

fn group(group: &HistoryGroup) -> String {
    let mut table = empty_table(&["API", "campaigns", "latest", "best", "best in"]);
    for api in &group.apis {
        table.add_row([
            shortened(&plain(api.api.strip_prefix("producer-api-").unwrap_or(&api.api)), 14),
            api.campaigns.to_string(),
            rate(&api.latest),
            rate(&api.best),
            plain(&api.best.campaign.0),
        ]);
    }
    let bounds = group.apis.iter().any(|api| api.latest.bound.is_some() || api.best.bound.is_some());
    let note = if bounds { "\u{2265}: something else than the API set the number\n" } else { "" };
    format!("\n{}{}{note}", wrapped(&title(&group.comparable), "  "), rendered(&table))
}

/// The best valid held load; `\u{2265}` where the API was not what set it.
fn rate(sustained: &Sustained) -> String {
    let rate = per_second(Some(sustained.per_s)).text;
    match sustained.bound {
        Some(Bound::Client | Bound::Database | Bound::Host) => format!("\u{2265} {rate}"),
        None => rate,
    }
}

fn title(comparable: &Comparable) -> String {
    let Comparable { fingerprint, runtime, payload, think_time_ms, max_connections, update_share } =
        comparable;
    format!(
        "Sustained on host {} ({}), payload {payload}, {think_time_ms} ms pause, {max_connections} connections, \
         update share {}",
        plain(fingerprint),
        plain(runtime),
        quotient(Some(*update_share)).text
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ApiHistory, CampaignId, PayloadSize},
        sample::noon,
    };

    fn sustained(campaign: &str, per_s: f64, bound: Option<Bound>) -> Sustained {
        Sustained { campaign: CampaignId(campaign.to_owned()), started_at: noon(), per_s, vus: 200, bound }
    }

    #[test]
    fn latest_and_best_of_each_api() {
        let comparable = Comparable {
            fingerprint: "9f86d081884c".to_owned(),
            runtime: "process".to_owned(),
            payload: PayloadSize::K4,
            think_time_ms: 100,
            max_connections: 10,
            update_share: 0.2,
        };
        let api = |api: &str, bound| ApiHistory {
            api: api.to_owned(),
            campaigns: 3,
            latest: sustained("20261121-104351-full-7f3a", 1_234.5, bound),
            best: sustained("20261120-104351-saturation-0001", 1_400.0, None),
        };
        let apis = vec![
            api("producer-api-rust-rest", None),
            api("producer-api-a-name-that-is-much-too-long@again", Some(Bound::Client)),
        ];
        insta::assert_snapshot!("history", of(&[HistoryGroup { comparable, apis }]));
        assert_eq!(of(&[]), "\nno API has a valid held load yet\n");
    }
}
