//! How a service that is made up answers: it takes what it is given until it is
//! full, and then lets everyone wait.

use rand::{RngExt as _, rngs::StdRng};

use crate::model::{Api, Language, PhaseLoad, Protocol};

/// What decides how fast it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curve {
    /// Events per second that it takes at most.
    capacity_per_s: f64,
    /// What a call takes when nobody else calls, in milliseconds.
    base_ms: f64,
    /// Its own processor time for an event, in milliseconds.
    pub(super) cpu_ms: f64,
}

/// What it does under one load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    /// Calls that end per second.
    pub(super) calls_per_s: f64,
    /// Calls that should have begun per second and did not.
    pub(super) dropped_per_s: f64,
    /// What a call takes on average, in milliseconds.
    pub(super) mean_ms: f64,
    /// Share of calls without an answer.
    pub(super) unknown: f64,
    /// Users at work.
    pub(super) vus: u32,
}

/// How sharp the knee is; infinitely much would be two straight lines.
const SHARPNESS: f64 = 5.0;
/// What the client itself takes of an iteration, in milliseconds.
const CLIENT_MS: f64 = 0.3;
/// An open load that is more than can be taken fills every user; each waits.
const WAIT_MS: f64 = 800.0;

impl Curve {
    /// Of an API with events of so many bytes. `random` makes one test run differ
    /// a little from the next.
    pub(super) fn of(api: &Api, body_bytes: f64, random: &mut StdRng) -> Self {
        let (capacity_per_s, base_ms, cpu_ms) = match api.language {
            Language::Rust => (2_600.0, 1.6, 0.10),
            Language::Go => (2_300.0, 1.9, 0.14),
            Language::Java => (1_500.0, 2.6, 0.30),
        };
        let wire = match api.protocol {
            Protocol::Rest => 1.0,
            Protocol::Grpc => 0.9,
        };
        let kib = body_bytes / 1024.0;
        let noise = (0.015 * normal(random)).exp();
        Self {
            capacity_per_s: capacity_per_s * wire * noise / (1.0 + kib / 16.0),
            base_ms: (base_ms / wire + kib * 0.05) * (0.02 * normal(random)).exp(),
            cpu_ms: cpu_ms / wire + kib * 0.004,
        }
    }

    pub(super) fn under(&self, load: &PhaseLoad, think_ms: f64) -> Answer {
        match load {
            PhaseLoad::Rate { per_s, max_vus, .. } => self.open(f64::from(*per_s), *max_vus),
            PhaseLoad::Iterations { vus, .. } | PhaseLoad::Vus { vus, .. } => self.closed(*vus, think_ms),
        }
    }

    fn closed(&self, vus: u32, think_ms: f64) -> Answer {
        let users = f64::from(vus);
        let asked = users * 1000.0 / (self.base_ms + CLIENT_MS + think_ms);
        // Many users cost something themselves.
        let most = self.capacity_per_s / (1.0 + users / 20_000.0);
        let calls_per_s = (asked.powf(-SHARPNESS) + most.powf(-SHARPNESS)).powf(-1.0 / SHARPNESS);
        let mean_ms = users * 1000.0 / calls_per_s - think_ms - CLIENT_MS;
        let unknown = if vus > 1_000 { 0.002 } else { 0.0 };
        Answer { calls_per_s, dropped_per_s: 0.0, mean_ms, unknown, vus }
    }

    fn open(&self, per_s: f64, max_vus: u32) -> Answer {
        let calls_per_s = per_s.min(self.capacity_per_s);
        let dropped_per_s = per_s - calls_per_s;
        if dropped_per_s > 0.0 {
            return Answer { calls_per_s, dropped_per_s, mean_ms: WAIT_MS, unknown: 0.0, vus: max_vus };
        }
        let mean_ms = self.base_ms / (1.02 - calls_per_s / self.capacity_per_s);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // At most `max_vus`.
        let vus = (calls_per_s * mean_ms / 1000.0).ceil().clamp(1.0, f64::from(max_vus)) as u32;
        Answer { calls_per_s, dropped_per_s, mean_ms, unknown: 0.0, vus }
    }
}

/// A number drawn from the normal distribution.
pub(super) fn normal(random: &mut StdRng) -> f64 {
    let (one, other): (f64, f64) = (random.random_range(f64::EPSILON..1.0), random.random());
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn curve() -> Curve {
        let api = Api {
            id: String::new(),
            language: Language::Go,
            protocol: Protocol::Rest,
            port: 1,
            build: Vec::new(),
            start: Vec::new(),
            image: String::new(),
        };
        Curve::of(&api, 400.0, &mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn few_users_get_what_they_ask_for_and_many_share_what_there_is() {
        let answer = |vus| curve().under(&PhaseLoad::Vus { vus, hold_ms: 1 }, 100.0);
        let (ten, many) = (answer(10), answer(2_000));
        assert!((ten.calls_per_s - 98.0).abs() < 1.0, "{ten:?}");
        assert!((2_000.0..2_400.0).contains(&many.calls_per_s), "{many:?}");
        assert!(many.mean_ms > 100.0 * ten.mean_ms && many.unknown > 0.0, "{many:?}");
    }

    #[test]
    fn a_rate_beyond_capacity_is_dropped() {
        let answer = |per_s| curve().under(&PhaseLoad::Rate { per_s, hold_ms: 1, max_vus: 500 }, 0.0);
        assert!(answer(500).dropped_per_s.abs() < 1e-9 && answer(500).vus < 10);
        let over = answer(10_000);
        assert!((over.calls_per_s + over.dropped_per_s - 10_000.0).abs() < 1e-6 && over.vus == 500);
    }
}
