//! What a container may take of the machine.

use std::str::FromStr;

/// An amount of memory as people write it: `512m`, `2g`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// In bytes.
    pub bytes: u64,
}

impl Memory {
    /// So many MiB.
    pub const fn mib(count: u64) -> Self {
        Self { bytes: count << 20 }
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || format!("{text:?} is no amount of memory such as 512m or 2g");
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.trim_end_matches('b').trim_end_matches(['k', 'm', 'g']);
        let shift = match &lower[digits.len()..] {
            "" | "b" => 0,
            "k" | "kb" => 10,
            "m" | "mb" => 20,
            "g" | "gb" => 30,
            _ => return Err(bad()),
        };
        let count: u64 = digits.parse().map_err(|_| bad())?;
        let bytes = count.checked_mul(1 << shift).filter(|bytes| i64::try_from(*bytes).is_ok());
        let bytes = bytes.ok_or_else(bad)?;
        // What the engine itself asks for.
        if bytes < Self::mib(6).bytes {
            return Err(format!("{text:?} is less than the 6m that a container needs"));
        }
        Ok(Self { bytes })
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} MiB", self.bytes >> 20)
    }
}

/// The limits of one container.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Processors' worth of time, at least 0.01.
    pub cpus: f64,
    /// Main memory, without swap.
    pub memory: Memory,
    /// The processors it may run on, `0-3,6`; none leaves it to the kernel.
    pub cpuset: Option<String>,
}

impl Limits {
    /// In billionths of a processor. The engine refuses more than there are.
    pub(super) fn nano_cpus(&self, available: u32) -> i64 {
        let cpus = self.cpus.min(f64::from(available.max(1)));
        // At most the processors of one machine: far from the edges of both types.
        #[expect(clippy::cast_possible_truncation, reason = "a few processors in billionths")]
        let nano = (cpus * 1e9).round() as i64;
        nano
    }

    /// `2 CPUs, 2048 MiB, on 0-1`.
    pub(super) fn in_words(&self) -> String {
        let on = self.cpuset.as_ref().map_or_else(String::new, |set| format!(", on {set}"));
        format!("{} CPUs, {}{on}", self.cpus, self.memory)
    }
}

/// The limits of every role.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleLimits {
    /// Of the measured service.
    pub service: Limits,
    /// Of each database.
    pub database: Limits,
    /// Of the generator.
    pub k6: Limits,
}

impl Default for RoleLimits {
    fn default() -> Self {
        let limits = |cpus, mib| Limits { cpus, memory: Memory::mib(mib), cpuset: None };
        Self { service: limits(2.0, 2048), database: limits(4.0, 4096), k6: limits(2.0, 2048) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_people_write_it() {
        for (text, mib) in [("512m", 512), ("2g", 2048), ("2GB", 2048), ("65536k", 64), ("33554432", 32)] {
            assert_eq!(text.parse(), Ok(Memory::mib(mib)), "{text}");
        }
        for text in ["", "g", "2x", "-1g", "1.5g", "99999999999g", "2gg", "1m"] {
            assert!(text.parse::<Memory>().is_err(), "{text}");
        }
    }

    #[test]
    fn more_processors_than_there_are_become_those_that_there_are() {
        let limits = RoleLimits::default();
        assert_eq!(limits.database.nano_cpus(2), 2_000_000_000);
        assert_eq!(limits.database.nano_cpus(16), 4_000_000_000);
        assert_eq!(limits.service.in_words(), "2 CPUs, 2048 MiB");
    }
}
