mod encoding;
mod packed;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hdrhistogram::{
    Histogram as Hdr,
    serialization::{Serializer as _, V2DeflateSerializer},
};
use serde::{Deserialize, Serialize};

pub use packed::PackedHistogram;

use super::{Quantiles, samples_needed};

/// Smallest and largest duration that is told apart, in microseconds: 1 us to 60 s.
const LOWEST_US: u64 = 1;
const HIGHEST_US: u64 = 60_000_000;
/// Significant decimal digits that every bucket keeps.
const DIGITS: u8 = 3;

/// The percentiles of a distribution's curve.
const CURVE: [f64; 15] =
    [1.0, 5.0, 10.0, 25.0, 50.0, 75.0, 80.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.9, 99.99, 100.0];

/// Durations, folded into an HDR histogram of microseconds: 1 us to 60 s, three
/// digits. It can be merged without loss, which percentiles cannot. In JSON it is
/// the V2 deflated encoding in base64.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram(Hdr<u64>);

/// Why a text is no histogram.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a histogram in base64: {0}")]
pub struct BadHistogram(String);

impl Histogram {
    /// An empty one; none never happens with these bounds, which the crate checks anew.
    ///
    /// # Errors
    /// Never for the bounds above.
    pub fn empty() -> Result<Self, BadHistogram> {
        Hdr::new_with_bounds(LOWEST_US, HIGHEST_US, DIGITS)
            .map(Self)
            .map_err(|error| BadHistogram(error.to_string()))
    }

    /// Reads the V2 encoding, deflated or not.
    ///
    /// # Errors
    /// When the text is not base64 of such an encoding.
    pub fn from_base64(text: &str) -> Result<Self, BadHistogram> {
        let bytes = STANDARD.decode(text).map_err(|error| BadHistogram(error.to_string()))?;
        Self::from_bytes(&bytes)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// When they are not such an encoding.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHistogram> {
        encoding::decode(bytes).map(Self)
    }

    /// All durations of the parts together; none when no part has any.
    ///
    /// # Errors
    /// Never for parts that were proven.
    pub fn of_parts<'a>(
        parts: impl IntoIterator<Item = &'a PackedHistogram>,
    ) -> Result<Option<Self>, BadHistogram> {
        let mut whole: Option<Self> = None;
        for part in parts {
            let part = part.open()?;
            match &mut whole {
                Some(whole) => whole.merge(&part)?,
                None => whole = Some(part),
            }
        }
        Ok(whole)
    }

    /// The V2 deflated encoding.
    ///
    /// # Errors
    /// When it cannot be encoded, which a histogram of these bounds always can.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BadHistogram> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&self.0, &mut bytes)
            .map_err(|error| BadHistogram(error.to_string()))?;
        Ok(bytes)
    }

    /// Counts one duration; what is outside the bounds counts as the bound.
    pub fn record_ms(&mut self, duration_ms: f64) {
        self.record_many_ms(duration_ms, 1);
    }

    /// Counts a duration so many times.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Clamped just before.
    pub fn record_many_ms(&mut self, duration_ms: f64, count: u64) {
        #[allow(clippy::cast_precision_loss)]
        let us = (duration_ms * 1000.0).round().clamp(LOWEST_US as f64, HIGHEST_US as f64);
        self.0.saturating_record_n(us as u64, count);
    }

    /// Adds all durations of another.
    ///
    /// # Errors
    /// When the other holds durations that this one cannot.
    pub fn merge(&mut self, other: &Self) -> Result<(), BadHistogram> {
        self.0.add(&other.0).map_err(|error| BadHistogram(error.to_string()))
    }

    /// How many durations.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The smallest duration below which a share `quantile` (0 to 1) of them lies,
    /// in milliseconds; none when there are none.
    pub fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        (self.count() > 0).then(|| ms(self.0.value_at_quantile(quantile)))
    }

    /// The distribution as its percentiles, in percent, with their durations: dense
    /// where tails are. None are left out for want of samples: whoever reads them has
    /// the count beside them.
    pub fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        CURVE.into_iter().filter_map(move |percent| Some((percent, self.quantile_ms(percent / 100.0)?)))
    }

    /// The same where it may be shown: none unless enough durations lie beyond it, see
    /// [`samples_needed`].
    pub fn shown_quantile_ms(&self, quantile: f64) -> Option<f64> {
        (self.count() >= samples_needed(quantile)).then(|| self.quantile_ms(quantile)).flatten()
    }

    /// Between which durations, in milliseconds, the one lies that has `rank` smaller
    /// ones before it; none when there are not as many.
    pub fn rank_ms(&self, rank: u64) -> Option<(f64, f64)> {
        let mut before = 0;
        for bucket in self.0.iter_recorded() {
            before += bucket.count_at_value();
            if before > rank {
                let us = bucket.value_iterated_to();
                return Some((ms(self.0.lowest_equivalent(us)), ms(self.0.highest_equivalent(us))));
            }
        }
        None
    }

    /// The usual numbers of it; none when there are no durations.
    pub fn quantiles(&self) -> Option<Quantiles> {
        let at = |quantile| ms(self.0.value_at_quantile(quantile));
        (self.count() > 0).then(|| Quantiles {
            count: self.count(),
            min_ms: ms(self.0.min()),
            mean_ms: self.0.mean() / 1000.0,
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: ms(self.0.max()),
        })
    }
}

#[allow(clippy::cast_precision_loss)] // At most 60 s in microseconds.
fn ms(us: u64) -> f64 {
    us as f64 / 1000.0
}

impl Serialize for Histogram {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.to_bytes().map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(durations_ms: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::empty().unwrap();
        durations_ms.into_iter().for_each(|duration| histogram.record_ms(duration));
        histogram
    }

    #[test]
    fn merging_parts_gives_the_whole() {
        let mut merged = of((1..=500).map(f64::from));
        merged.merge(&of((501..=1000).map(f64::from))).unwrap();
        assert_eq!(merged, of((1..=1000).map(f64::from)));
        let p99 = merged.quantile_ms(0.99).unwrap();
        assert!((p99 - 990.0).abs() < 1.0, "{p99}");
    }

    #[test]
    fn a_percentile_is_shown_when_ten_durations_lie_beyond_it() {
        let mut histogram = of([1.0; 999]);
        assert_eq!(histogram.shown_quantile_ms(0.99), None);
        histogram.record_ms(1.0);
        assert_eq!(histogram.shown_quantile_ms(0.99), histogram.quantile_ms(0.99));
    }

    #[test]
    fn json_keeps_it() {
        let histogram = of([0.004, 1.5, 59_999.0]);
        let text = serde_json::to_string(&histogram).unwrap();
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        assert!(serde_json::from_str::<Histogram>("\"AAAA\"").is_err());
    }

    #[test]
    fn packed_parts_give_the_whole() {
        let (first, second) = (of((1..=500).map(f64::from)), of((501..=1000).map(f64::from)));
        let parts = [&first, &second].map(|part| PackedHistogram::try_from(part).unwrap());
        assert_eq!(parts.clone().map(|part| part.count()), [500, 500]);
        assert_eq!(parts[0].open().unwrap(), first);
        assert_eq!(Histogram::of_parts(&parts).unwrap(), Some(of((1..=1000).map(f64::from))));
        assert_eq!(Histogram::of_parts([]).unwrap(), None);
        let text = serde_json::to_string(&parts[0]).unwrap();
        assert_eq!(serde_json::from_str::<PackedHistogram>(&text).unwrap(), parts[0]);
    }

    #[test]
    fn a_rank_is_between_the_bounds_of_its_bucket() {
        let histogram = of([1.0, 2.0, 2.0, 10.2345]);
        assert_eq!(histogram.rank_ms(0), Some((1.0, 1.0)));
        assert_eq!(histogram.rank_ms(2), Some((2.0, 2.0)));
        // Above 2,048 us a bucket is wider than a microsecond.
        let (low, high) = histogram.rank_ms(3).unwrap();
        assert!(low <= 10.234 && 10.235 <= high && high - low < 0.01, "{low} {high}");
        assert_eq!(histogram.rank_ms(4), None);
    }

    #[test]
    fn nothing_has_no_percentiles() {
        assert_eq!((of([]).quantile_ms(0.5), of([]).quantiles()), (None, None));
    }
}
