use serde::{Deserialize, Serialize};

/// What a plan will need at most, told before anything is started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The whole campaign without builds, in milliseconds.
    pub total_ms: u64,
    /// Events of the largest test run.
    pub events: u64,
    /// The generator's memory in that test run, in bytes.
    pub generator_bytes: u64,
    /// Memory of everything that runs at once, the generator included, in bytes.
    pub memory_bytes: u64,
    /// Disk of the table with its indexes in that test run, in bytes.
    pub database_bytes: u64,
    /// Disk of the application database's write-ahead log, in bytes.
    pub log_bytes: u64,
    /// Disk of the raw files of all test runs, and of what is stored of them, in bytes.
    pub results_bytes: u64,
}

impl Estimate {
    /// Disk in all, in bytes.
    pub fn disk_bytes(&self) -> u64 {
        self.database_bytes + self.log_bytes + self.results_bytes
    }
}

/// What it needed indeed. Null means "not measured".
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// The whole campaign without builds, in milliseconds.
    pub total_ms: Option<u64>,
    /// Calls of the largest test run.
    pub events: Option<u64>,
    /// The generator's largest memory, in bytes.
    pub generator_bytes: Option<u64>,
    /// The table with its indexes at its largest, in bytes.
    pub database_bytes: Option<u64>,
    /// The raw files, in bytes.
    pub results_bytes: Option<u64>,
}
