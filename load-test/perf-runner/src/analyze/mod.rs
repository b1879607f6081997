//! Pure: stored facts into checks.
