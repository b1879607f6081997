use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A tool and the version it says it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolVersion {
    /// What it is called: `cargo`, `go`, `java`, `postgres`.
    pub name: String,
    /// The version it says it has, `1.95.0`; none when it is not installed.
    pub version: Option<String>,
}

/// The state of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitState {
    /// Full commit id.
    pub commit: String,
    /// Whether tracked files differ from it.
    pub dirty: bool,
}

/// What is true of the host before anything is started. Names, users, addresses
/// and absolute paths are left out on purpose: this is printed in reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostFacts {
    /// `model name` of the first processor.
    pub cpu_model: Option<String>,
    /// Logical processors this process may use.
    pub cores: u32,
    /// Main memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Memory that could be had now, in bytes.
    pub memory_available_bytes: Option<u64>,
    /// Kernel release.
    pub kernel: Option<String>,
    /// Distribution, as `/etc/os-release` names it.
    pub distribution: Option<String>,
    /// Soft limit of open files.
    pub open_files_limit: Option<u64>,
    /// First and last port the kernel picks for outgoing connections.
    pub ephemeral_ports: Option<(u16, u16)>,
    /// Load average of the last minute.
    pub load_average: Option<f64>,
    /// Free bytes of the disk that holds the results.
    pub free_disk_bytes: Option<u64>,
    /// Whether the kernel says that it runs under a hypervisor.
    pub virtualised: Option<bool>,
    /// The tools a campaign may need.
    pub tools: Vec<ToolVersion>,
    /// Server settings that decide what a commit costs, by name (`fsync`, ...).
    pub database: BTreeMap<String, String>,
    /// Where everything runs in containers: the engine, the limits, and the images
    /// of the database and the generator, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub containers: BTreeMap<String, String>,
    /// A hash over the generator's program and scripts; none when it is not known.
    #[serde(default)]
    pub generator: Option<String>,
}

impl HostFacts {
    /// The version of a tool; none when it is missing.
    pub fn tool(&self, name: &str) -> Option<&str> {
        self.tools.iter().find(|tool| tool.name == name)?.version.as_deref()
    }
}
