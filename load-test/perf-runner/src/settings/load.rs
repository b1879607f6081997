//! Held loads as people write them, and those that a mode has when nobody does.

use std::str::FromStr;

use super::duration::{self, BadDuration};
use crate::model::{EntityId, Mode};

/// A window of a second needs a second of settling before it.
const SHORTEST_HOLD_MS: u64 = 2_000;
/// What an entity's id has room for.
#[allow(clippy::cast_possible_truncation)] // A handful of digits.
const MOST_USERS: u32 = 10_u32.pow(EntityId::VU_DIGITS as u32) - 1;
/// More than one host can begin.
const HIGHEST_RATE: u32 = 100_000;

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Users who each wait for their answer: the closed model.
    Users(u32),
    /// Calls begun per second, whatever the service does: the open model.
    PerSecond(u32),
}

/// One load as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedLoad {
    /// How much.
    pub amount: Amount,
    /// How long, in milliseconds; none where it is said for all of them.
    pub hold_ms: Option<u64>,
}

/// One load to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLoad {
    /// How much.
    pub amount: Amount,
    /// How long, in milliseconds.
    pub hold_ms: u64,
}

/// Why a text is no load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLoad {
    /// It does not begin with a number of users.
    #[error("{text:?} is no load: write USERSxTIME, such as 10x30s")]
    Users {
        /// What was typed.
        text: String,
    },
    /// It does not begin with a rate.
    #[error("{text:?} is no rate: write CALLS/s or CALLS/sxTIME, such as 500/s or 500/sx30s")]
    Rate {
        /// What was typed.
        text: String,
    },
    /// The number is out of range.
    #[error("{text:?} asks for {what} outside of 1 to {most}")]
    Range {
        /// What was typed.
        text: String,
        /// Users, or calls per second.
        what: &'static str,
        /// The most there may be.
        most: u32,
    },
    /// The time is none.
    #[error(transparent)]
    Time(#[from] BadDuration),
    /// The time cannot be counted in seconds, or leaves no window.
    #[error("{text:?} is not a whole number of seconds of at least {}", SHORTEST_HOLD_MS / 1000)]
    Hold {
        /// What was typed.
        text: String,
    },
}

impl AskedLoad {
    /// `10`, `10x30s`.
    ///
    /// # Errors
    /// When it is no number of users, or the time cannot be held.
    pub fn users(text: &str) -> Result<Self, BadLoad> {
        let (number, time) = split(text);
        let users = u32::from_str(number).map_err(|_| BadLoad::Users { text: text.to_owned() })?;
        in_range(text, (users, "users", MOST_USERS))?;
        Ok(Self { amount: Amount::Users(users), hold_ms: time.map(hold_ms).transpose()? })
    }

    /// `500/s`, `500/sx30s`.
    ///
    /// # Errors
    /// When it is no number of calls per second, or the time cannot be held.
    pub fn rate(text: &str) -> Result<Self, BadLoad> {
        let (rate, time) = split(text);
        let number = rate.strip_suffix("/s").and_then(|number| u32::from_str(number).ok());
        let per_s = number.ok_or_else(|| BadLoad::Rate { text: text.to_owned() })?;
        in_range(text, (per_s, "calls per second", HIGHEST_RATE))?;
        Ok(Self { amount: Amount::PerSecond(per_s), hold_ms: time.map(hold_ms).transpose()? })
    }

    /// The load, held for its own time or for this one, in milliseconds.
    pub fn or_held_for(self, hold_ms: u64) -> HeldLoad {
        HeldLoad { amount: self.amount, hold_ms: self.hold_ms.unwrap_or(hold_ms) }
    }
}

/// A time for which a load can be held, in milliseconds: whole seconds, since the
/// generator tells its numbers by the second.
///
/// # Errors
/// When it is no time, not whole seconds, or too short to have a window.
pub fn hold_ms(text: &str) -> Result<u64, BadLoad> {
    let ms = duration::milliseconds(text)?;
    if ms < SHORTEST_HOLD_MS || !ms.is_multiple_of(1000) {
        return Err(BadLoad::Hold { text: text.to_owned() });
    }
    Ok(ms)
}

/// What a mode holds, and for how long, when nothing else is asked for; nothing
/// where it holds no load. `hold_ms` replaces the mode's own times.
pub fn of_mode(mode: Mode, hold_ms: Option<u64>) -> Vec<HeldLoad> {
    const MINUTE_MS: u64 = 60_000;
    let loads: &[(u32, u64)] = match mode {
        Mode::Smoke => &[],
        Mode::Full => &[(10, 2), (50, 2), (100, 2), (200, 5)],
        Mode::Saturation => &[(10, 2), (50, 2), (100, 2), (200, 2), (500, 2), (1000, 2), (2000, 2)],
    };
    let held = |(users, minutes): &(u32, u64)| HeldLoad {
        amount: Amount::Users(*users),
        hold_ms: hold_ms.unwrap_or(minutes * MINUTE_MS),
    };
    loads.iter().map(held).collect()
}

fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('x') {
        Some((amount, time)) => (amount.trim(), Some(time.trim())),
        None => (text.trim(), None),
    }
}

fn in_range(text: &str, (number, what, most): (u32, &'static str, u32)) -> Result<(), BadLoad> {
    if (1..=most).contains(&number) {
        Ok(())
    } else {
        Err(BadLoad::Range { text: text.to_owned(), what, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_rates_have_a_time_of_their_own_or_the_common_one() {
        let load = AskedLoad::users("10x30s").unwrap();
        assert_eq!(load, AskedLoad { amount: Amount::Users(10), hold_ms: Some(30_000) });
        assert_eq!(AskedLoad::users("50").unwrap().or_held_for(9_000).hold_ms, 9_000);
        let load = AskedLoad::rate("500/s x 1m").unwrap();
        assert_eq!(load, AskedLoad { amount: Amount::PerSecond(500), hold_ms: Some(60_000) });
        assert_eq!(AskedLoad::rate("500/s").unwrap().hold_ms, None);
    }

    #[test]
    fn what_is_no_load_is_named() {
        for text in ["", "x30s", "tenx30s", "-1x30s", "500/s", "1e3"] {
            assert!(matches!(AskedLoad::users(text), Err(BadLoad::Users { .. })), "{text}");
        }
        for text in ["500", "500/m", "/s", "x/sx3s"] {
            assert!(matches!(AskedLoad::rate(text), Err(BadLoad::Rate { .. })), "{text}");
        }
        for text in ["0x30s", "100000x30s"] {
            assert!(matches!(AskedLoad::users(text), Err(BadLoad::Range { .. })), "{text}");
        }
        for text in ["10x1s", "10x2500ms", "10x0s"] {
            assert!(matches!(AskedLoad::users(text), Err(BadLoad::Hold { .. })), "{text}");
        }
        assert!(matches!(AskedLoad::users("10x30"), Err(BadLoad::Time(_))));
    }

    #[test]
    fn modes_hold_their_own_loads_for_a_time_that_can_be_changed() {
        let users = |mode| of_mode(mode, None).iter().map(|load| load.amount).collect::<Vec<_>>();
        assert_eq!(users(Mode::Full), [10, 50, 100, 200].map(Amount::Users));
        assert_eq!(users(Mode::Saturation), [10, 50, 100, 200, 500, 1000, 2000].map(Amount::Users));
        assert_eq!(of_mode(Mode::Full, None)[3].hold_ms, 300_000);
        assert!(of_mode(Mode::Full, Some(15_000)).iter().all(|load| load.hold_ms == 15_000));
        assert!(of_mode(Mode::Smoke, Some(15_000)).is_empty());
    }
}
