//! Between the model's values and what a row can hold. A row that makes no sense
//! is told by table, key and column.

use std::error::Error;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::{ColumnIndex, Decode, Postgres, Row, Type, postgres::PgRow};

use crate::model::{BadHistogram, Histogram};

/// Disk full, out of memory for locks, too many connections, ...
const INSUFFICIENT_RESOURCES: &str = "53";

/// Why rows could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("{column} is {value}, more than a bigint holds")]
    TooLarge { column: &'static str, value: u64 },
    #[error("{table}.{column} of {key} cannot be understood")]
    Unreadable { table: &'static str, column: String, key: String, source: Box<dyn Error + Send + Sync> },
    #[error("there are figures of phase {phase}, which was not planned")]
    Unplanned { phase: String },
    #[error("{0} cannot be put as JSON")]
    NotJson(&'static str, #[source] serde_json::Error),
    #[error("{0} cannot be encoded")]
    NotEncoded(&'static str, #[source] BadHistogram),
}

impl RowError {
    pub(super) fn is_out_of_space(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        error.code().is_some_and(|code| code.starts_with(INSUFFICIENT_RESOURCES))
    }
}

/// A count as a bigint.
pub(super) fn count(column: &'static str, value: u64) -> Result<i64, RowError> {
    i64::try_from(value).map_err(|_| RowError::TooLarge { column, value })
}

/// A count that may not have been measured.
pub(super) fn maybe_count(column: &'static str, value: Option<u64>) -> Result<Option<i64>, RowError> {
    value.map(|value| count(column, value)).transpose()
}

/// Text as the server takes it: logs and replies may hold a NUL, which it refuses.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Several texts.
pub(super) fn texts(texts: &[String]) -> Vec<String> {
    texts.iter().map(|one| text(one)).collect()
}

/// A value as jsonb, which refuses a NUL as well.
pub(super) fn json<T: Serialize>(column: &'static str, value: &T) -> Result<Value, RowError> {
    serde_json::to_value(value).map(without_nul).map_err(|error| RowError::NotJson(column, error))
}

/// The same where null means "not measured".
pub(super) fn maybe_json<T: Serialize>(
    column: &'static str,
    value: Option<&T>,
) -> Result<Option<Value>, RowError> {
    value.map(|value| json(column, value)).transpose()
}

/// A histogram in its V2 deflated encoding.
pub(super) fn histogram(
    column: &'static str,
    value: Option<&Histogram>,
) -> Result<Option<Vec<u8>>, RowError> {
    value.map(Histogram::to_bytes).transpose().map_err(|error| RowError::NotEncoded(column, error))
}

fn without_nul(value: Value) -> Value {
    match value {
        Value::String(string) => Value::String(text(&string)),
        Value::Array(values) => values.into_iter().map(without_nul).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (text(&name), without_nul(value))).collect()
        }
        other => other,
    }
}

/// A row of a table, by its key.
pub(super) struct Reader<'r> {
    table: &'static str,
    key: String,
    row: &'r PgRow,
}

impl<'r> Reader<'r> {
    /// The first column, or as many as given, say which row it is.
    pub(super) fn new(table: &'static str, keys: &[&str], row: &'r PgRow) -> Result<Self, RowError> {
        let parts: Result<Vec<String>, sqlx::Error> = keys.iter().map(|key| row.try_get(*key)).collect();
        Ok(Self { table, key: parts?.join("/"), row })
    }

    /// A column as it is.
    pub(super) fn get<T>(&self, column: &'static str) -> Result<T, RowError>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
        &'static str: ColumnIndex<PgRow>,
    {
        self.row.try_get(column).map_err(|error| self.unreadable(column, error))
    }

    /// An integer column as the narrower or unsigned number it stands for.
    pub(super) fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, RowError>
    where
        T::Error: Error + Send + Sync + 'static,
    {
        T::try_from(self.get(column)?).map_err(|error| self.unreadable(column, error))
    }

    /// The same where null means "not measured".
    pub(super) fn maybe_count(&self, column: &'static str) -> Result<Option<u64>, RowError> {
        let value: Option<i64> = self.get(column)?;
        value.map(u64::try_from).transpose().map_err(|error| self.unreadable(column, error))
    }

    /// A word of one of the model's closed lists.
    pub(super) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, RowError> {
        let word: String = self.get(column)?;
        serde_json::from_value(Value::String(word)).map_err(|error| self.unreadable(column, error))
    }

    /// Several of them.
    pub(super) fn words<T: DeserializeOwned>(&self, column: &'static str) -> Result<Vec<T>, RowError> {
        let words: Vec<String> = self.get(column)?;
        let word = |word| serde_json::from_value(Value::String(word));
        words.into_iter().map(word).collect::<Result<_, _>>().map_err(|error| self.unreadable(column, error))
    }

    /// A jsonb column as one of the model's types.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, RowError> {
        let value: Value = self.get(column)?;
        serde_json::from_value(value).map_err(|error| self.unreadable(column, error))
    }

    /// The same where null means "not measured".
    pub(super) fn maybe_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, RowError> {
        let value: Option<Value> = self.get(column)?;
        value.map(serde_json::from_value).transpose().map_err(|error| self.unreadable(column, error))
    }

    /// A bytea column as the histogram it encodes.
    pub(super) fn histogram(&self, column: &'static str) -> Result<Option<Histogram>, RowError> {
        let bytes: Option<&[u8]> = self.get(column)?;
        bytes.map(Histogram::from_bytes).transpose().map_err(|error| self.unreadable(column, error))
    }

    pub(super) fn unreadable(
        &self,
        column: &str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> RowError {
        RowError::Unreadable {
            table: self.table,
            column: column.to_owned(),
            key: self.key.clone(),
            source: source.into(),
        }
    }
}
