//! What every reader of figures from a small host must know first.

use crate::model::{Campaign, Samples, StoredCampaign, StoredRun, Target};

/// With fewer processors the generator gets none of its own.
const ENOUGH_TO_SPLIT: u32 = 4;

/// What sharing processors means for every figure; none where the generator has its own.
pub(super) fn of(stored: &StoredCampaign) -> Option<String> {
    let known: Vec<bool> = stored.runs.iter().filter_map(shares).collect();
    let is_shared =
        if known.is_empty() { stored.campaign.host.cores < ENOUGH_TO_SPLIT } else { known.contains(&true) };
    is_shared.then(|| text(&stored.campaign))
}

/// Whether the generator could run where service and database did; none when that was not recorded.
fn shares(stored: &StoredRun) -> Option<bool> {
    let Samples { processors, .. } = stored.run.samples.as_ref()?;
    let generator = processors.get(&Target::K6)?;
    let others = [Target::Api, Target::Postgres].into_iter().filter_map(|target| processors.get(&target));
    let mut others = others.peekable();
    others.peek()?;
    Some(others.flatten().any(|processor| generator.contains(processor)))
}

fn text(campaign: &Campaign) -> String {
    let cores = campaign.host.cores;
    let kind = if campaign.host.virtualised == Some(true) { "virtual " } else { "" };
    let noun = if cores == 1 { "processor" } else { "processors" };
    format!(
        "Made on {cores} {kind}{noun} that the load generator shares with service and database: what one of the \
         three takes, the others lack. So every figure is of the three together, an API is charged for what its \
         wire costs the generator, and where each has processors of its own both the figures and their order may \
         differ."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn recorded(generator: &[u32], service: &[u32], cores: u32) -> StoredCampaign {
        let mut stored = sample::normal();
        stored.campaign.host.cores = cores;
        for StoredRun { run, .. } in &mut stored.runs {
            let samples = run.samples.get_or_insert_default();
            samples.processors.insert(Target::K6, generator.to_vec());
            samples.processors.insert(Target::Api, service.to_vec());
        }
        stored
    }

    #[test]
    fn a_shared_host_is_told_with_its_processors() {
        let told = of(&recorded(&[0, 1], &[0, 1], 2)).unwrap();
        assert!(told.starts_with("Made on 2 virtual processors that the load generator shares"), "{told}");
    }

    #[test]
    fn what_was_recorded_counts_more_than_the_number_of_processors() {
        assert_eq!(of(&recorded(&[0, 1], &[2, 3], 4)), None);
        assert!(of(&recorded(&[0, 1, 2, 3], &[0, 1, 2, 3], 4)).is_some(), "four threads of one core");
    }

    #[test]
    fn without_a_record_the_number_of_processors_decides() {
        let mut stored = sample::normal();
        stored.campaign.host.cores = 4;
        assert_eq!(of(&stored), None);
        stored.campaign.host.cores = 1;
        assert!(of(&stored).unwrap().starts_with("Made on 1 virtual processor that"));
    }
}
