//! Pure: settings, host facts and registry into an ordered list of test runs.
