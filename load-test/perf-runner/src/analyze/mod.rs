//! Pure: stored facts into checks. Later into intervals, comparisons and findings.

pub mod checks;
