use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{BadHistogram, Histogram};

/// A [`Histogram`] as it is written: a few kilobytes where an open one takes 140 of
/// them, which counts where there is one for every second. It was proven to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackedHistogram {
    count: u64,
    bytes: Box<[u8]>,
}

impl PackedHistogram {
    /// Reads the V2 encoding, deflated or not.
    ///
    /// # Errors
    /// When the text is not base64 of such an encoding with the bounds of [`Histogram`].
    pub fn from_base64(text: &str) -> Result<Self, BadHistogram> {
        let bytes = STANDARD.decode(text).map_err(|error| BadHistogram(error.to_string()))?;
        let count = Histogram::from_bytes(&bytes)?.count();
        Ok(Self { count, bytes: bytes.into() })
    }

    /// Opens it.
    ///
    /// # Errors
    /// Never: it was opened before.
    pub fn open(&self) -> Result<Histogram, BadHistogram> {
        Histogram::from_bytes(&self.bytes)
    }

    /// How many durations.
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl TryFrom<&Histogram> for PackedHistogram {
    type Error = BadHistogram;

    fn try_from(histogram: &Histogram) -> Result<Self, BadHistogram> {
        Ok(Self { count: histogram.count(), bytes: histogram.to_bytes()?.into() })
    }
}

impl TryFrom<String> for PackedHistogram {
    type Error = BadHistogram;

    fn try_from(text: String) -> Result<Self, BadHistogram> {
        Self::from_base64(&text)
    }
}

impl From<PackedHistogram> for String {
    fn from(packed: PackedHistogram) -> Self {
        STANDARD.encode(packed.bytes)
    }
}
