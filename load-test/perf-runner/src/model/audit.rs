use serde::{Deserialize, Serialize};

/// What the database knows after a test run, before anyone judges it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFacts {
    /// Rows in the table.
    pub rows: u64,
    /// Rows whose id this test run can have sent.
    pub expected_rows: u64,
    /// Different ids among them; fewer than rows when an id is there under several types.
    pub expected_ids: u64,
    /// Ids among the failed events that are stored all the same.
    pub failed_but_stored: u64,
    /// Ids among the unknown events that are stored.
    pub unknown_and_stored: u64,
    /// Rows whose content differs from what was sent.
    pub content_differs: u64,
    /// Up to five ids of rows that should not be there or differ.
    pub examples: Vec<String>,
    /// What the statement statistics say; none when the server does not keep them.
    pub statements: Option<Vec<StatementUse>>,
    /// Why there are none.
    pub statements_missing: Option<String>,
}

/// One statement's use during a test run, by the services' role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementUse {
    /// The normalised text.
    pub text: String,
    /// Whether it is the contract's upsert.
    pub is_upsert: bool,
    /// Executions.
    pub calls: u64,
    /// Rows it touched or returned.
    pub rows: u64,
    /// Time spent executing, in milliseconds.
    pub total_ms: f64,
    /// Mean time of one execution, in milliseconds.
    pub mean_ms: f64,
    /// Longest execution, in milliseconds.
    pub max_ms: f64,
    /// Shared blocks found in the cache.
    pub blocks_hit: u64,
    /// Shared blocks read from outside it.
    pub blocks_read: u64,
    /// Write-ahead log written, in bytes.
    pub wal_bytes: u64,
}

/// What was acknowledged held against what is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Events answered with success.
    pub acknowledged: u64,
    /// Events without an answer.
    pub unknown: u64,
    /// Acknowledged events that merged into rows that others had created: they add none.
    #[serde(default)]
    pub merged: u64,
    /// Rows that this test run can have stored.
    pub stored: u64,
    /// Acknowledged events that are not stored, at least.
    pub lost: u64,
    /// Rows that nobody sent, or whose event was refused.
    pub unexpected: u64,
    /// Rows beyond the first of an id: the same event stored under several types.
    pub duplicated: u64,
    /// Rows whose content differs from what was sent.
    pub content_differs: u64,
    /// Upserts per acknowledged event; null when it cannot be known.
    pub statements_per_event: Option<f64>,
    /// Rows touched per acknowledged event; null when it cannot be known.
    pub rows_per_event: Option<f64>,
    /// Transactions per acknowledged event; null when it cannot be known.
    pub transactions_per_event: Option<f64>,
    /// Up to five ids of rows that are wrong.
    pub examples: Vec<String>,
    /// Every statement the service ran.
    pub statements: Vec<StatementUse>,
    /// Why the database does not tell them; null when it does.
    #[serde(default)]
    pub statements_missing: Option<String>,
}
