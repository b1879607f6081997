use serde::{Deserialize, Serialize};

/// An estimate with its 95 % confidence interval, all in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Back from logarithms: a half width on logs becomes a factor to both sides.
    pub fn of_logs(log_estimate: f64, half_width: f64) -> Self {
        Self {
            estimate: log_estimate.exp(),
            low: (log_estimate - half_width).exp(),
            high: (log_estimate + half_width).exp(),
        }
    }

    /// Whether this value lies inside.
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Of the inverse quantity: what a is to b, as what b is to a.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { estimate: 1.0 / self.estimate, low: 1.0 / self.high, high: 1.0 / self.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_turns_the_ends_round() {
        let interval = Interval { estimate: 2.0, low: 1.0, high: 4.0 };
        assert_eq!(interval.inverse(), Interval { estimate: 0.5, low: 0.25, high: 1.0 });
    }
}
