//! Which processors the generator gets for itself, so that it takes none from what
//! it measures.

use std::fs;

use procfs::process::Process;

/// Fewer are not enough for a generator, a service and a database.
const ENOUGH: usize = 4;

/// Who may run where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    /// The generator's, by number.
    pub(super) generator: Vec<u32>,
    /// The service's and the database's.
    pub(super) measured: Vec<u32>,
}

/// One processor as the kernel counts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Processor {
    number: u32,
    /// Equal for those that share one core's units, and slow each other down.
    core: String,
}

/// Half of the cores that this process may use for the generator, the other half
/// for what it loads; none where there are too few.
pub(super) fn split() -> Option<Split> {
    split_of(&usable())
}

fn usable() -> Vec<Processor> {
    let status = Process::myself().and_then(|process| process.status());
    let allowed = status.ok().and_then(|status| status.cpus_allowed_list).unwrap_or_default();
    let core = |number| {
        let file = format!("/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list");
        fs::read_to_string(file).unwrap_or_else(|_| format!("{number}"))
    };
    let numbers = allowed.into_iter().flat_map(|(first, last)| first..=last);
    numbers.map(|number| Processor { number, core: core(number) }).collect()
}

fn split_of(processors: &[Processor]) -> Option<Split> {
    if processors.len() < ENOUGH {
        return None;
    }
    let mut cores: Vec<&str> = Vec::new();
    for Processor { core, .. } in processors {
        if !cores.contains(&core.as_str()) {
            cores.push(core);
        }
    }
    // The first core is where the kernel does most of its own work.
    let for_generator = cores.split_off(cores.len().div_ceil(2));
    let numbers = |of_generator: bool| -> Vec<u32> {
        let of = |processor: &&Processor| for_generator.contains(&processor.core.as_str()) == of_generator;
        processors.iter().filter(of).map(|processor| processor.number).collect()
    };
    let split = Split { generator: numbers(true), measured: numbers(false) };
    (!split.generator.is_empty()).then_some(split)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processors(cores: &[&str]) -> Vec<Processor> {
        (0..).zip(cores).map(|(number, core)| Processor { number, core: (*core).to_owned() }).collect()
    }

    #[test]
    fn half_of_the_cores_and_never_half_of_a_core() {
        let split = split_of(&processors(&["a", "b", "a", "b"])).unwrap();
        assert_eq!((split.measured, split.generator), (vec![0, 2], vec![1, 3]));
        let split = split_of(&processors(&["a", "b", "c", "d", "e"])).unwrap();
        assert_eq!((split.measured, split.generator), (vec![0, 1, 2], vec![3, 4]));
    }

    #[test]
    fn too_few_are_not_split() {
        assert_eq!(split_of(&processors(&["a", "b", "c"])), None);
        assert_eq!(split_of(&processors(&["a", "a", "a", "a"])), None, "one core cannot be split");
        assert_eq!(split_of(&[]), None);
    }

    #[test]
    fn this_process_may_use_at_least_one() {
        assert!(!usable().is_empty());
    }
}
