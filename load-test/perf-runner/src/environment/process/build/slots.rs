//! How many builds run at once.

use std::thread;

use procfs::Current as _;

/// What a build may need at its peak: a release build of a Rust service, or a Maven
/// with its compiler and the JVM that it starts.
const MEMORY_OF_A_BUILD_BYTES: u64 = 3 << 29;

/// As many as [`at_once`] says for this host as it is now.
pub(super) fn on_this_host() -> usize {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    at_once(cores, procfs::Meminfo::current().ok().and_then(|memory| memory.mem_available))
}

/// One per core, and two on a single one, so that one compiler works while another
/// links, fetches or starts its JVM; as far as the memory that is available suffices
/// for them; at least one.
fn at_once(cores: usize, available_bytes: Option<u64>) -> usize {
    let by_memory = available_bytes.map_or(1, |available| available / MEMORY_OF_A_BUILD_BYTES);
    cores.max(2).min(usize::try_from(by_memory).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_and_memory_limit_what_runs_at_once_and_one_always_runs() {
        let gib = 1 << 30;
        assert_eq!(at_once(2, Some(16 * gib)), 2);
        assert_eq!(at_once(1, Some(16 * gib)), 2);
        assert_eq!(at_once(16, Some(4 * gib)), 2);
        assert_eq!(at_once(8, Some(gib)), 1);
        assert_eq!(at_once(8, None), 1, "what is not known is not taken");
    }
}
