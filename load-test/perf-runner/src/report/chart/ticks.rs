//! Where an axis is marked: at 1, 2 and 5 times powers of ten.

/// A marked place and what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Ticks from 0 to at least `high`, about `wanted` of them; the last one is the end
/// of the axis.
pub(super) fn from_zero(high: f64, wanted: u32) -> Vec<Tick> {
    let high = if high > 0.0 { high } else { 1.0 };
    let step = step(high / f64::from(wanted));
    let mut ticks = Vec::new();
    let mut number = 0.0;
    loop {
        ticks.push(tick(step * number, step));
        if step * number >= high || ticks.len() > 20 {
            return ticks;
        }
        number += 1.0;
    }
}

/// Ticks between two ends that need not be marked themselves.
pub(super) fn between(low: f64, high: f64, wanted: u32) -> Vec<Tick> {
    let step = step((high - low).abs().max(1e-9) / f64::from(wanted));
    let mut number = (low / step).ceil();
    let mut ticks = Vec::new();
    while step * number <= high * (1.0 + 1e-12) && ticks.len() <= 20 {
        ticks.push(tick(step * number, step));
        number += 1.0;
    }
    ticks
}

/// Ticks of a logarithmic axis: 1, 2 and 5 while there is room, else powers of ten.
pub(super) fn log(low: f64, high: f64) -> Vec<Tick> {
    let is_short = (high / low).log10() <= 3.0;
    let ticks = at_factors(if is_short { &[1.0, 2.0, 5.0] } else { &[1.0] }, (low, high));
    if ticks.len() < 2 { between(low, high, 4) } else { ticks }
}

/// Ticks of a low logarithmic axis: powers of ten, or what stands between two of them.
pub(super) fn decades(low: f64, high: f64) -> Vec<Tick> {
    let ticks = at_factors(&[1.0], (low, high));
    if ticks.len() < 2 { log(low, high) } else { ticks }
}

/// At so many times each power of ten between two ends.
fn at_factors(factors: &[f64], (low, high): (f64, f64)) -> Vec<Tick> {
    let mut power = 10.0_f64.powf(low.log10().floor());
    let mut ticks = Vec::new();
    while power <= high && ticks.len() < 40 {
        for value in factors.iter().map(|factor| factor * power) {
            if value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9) {
                ticks.push(tick(value, value));
            }
        }
        power *= 10.0;
    }
    ticks
}

/// Ticks at these whole numbers.
pub(super) fn at(values: &[f64]) -> Vec<Tick> {
    values.iter().map(|value| tick(*value, 1.0)).collect()
}

/// The nearest 1, 2 or 5 times a power of ten that is not smaller.
fn step(at_least: f64) -> f64 {
    let power = 10.0_f64.powf(at_least.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= at_least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// With as many decimals as the step needs.
fn tick(value: f64, step: f64) -> Tick {
    let decimals = match step {
        step if step >= 1.0 => 0,
        step if step >= 0.1 => 1,
        step if step >= 0.01 => 2,
        _ => 3,
    };
    let value = if value.abs() < 1e-12 { 0.0 } else { value };
    Tick { value, label: grouped(&format!("{value:.decimals$}")) }
}

/// `12,000`.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if index > 0 && left.is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}
