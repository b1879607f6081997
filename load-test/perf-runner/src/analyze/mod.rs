//! Pure: stored facts into checks, intervals, comparisons and findings.

pub mod checks;
pub mod simulation;
pub mod statistics;
