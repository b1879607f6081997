use super::{super::complete_blocks, *};

fn family(rows: &[&[f64]]) -> Family {
    let cells: Vec<Vec<Option<f64>>> =
        rows.iter().map(|row| row.iter().map(|value| Some(*value)).collect()).collect();
    Family::new(&complete_blocks(&cells)).unwrap()
}

/// A randomised block experiment worked by hand: logs are the numbers below.
/// Rows 1 2 3 / 2 4 3 / 6 5 7, grand mean 11/3, row means 2, 3, 6.
#[test]
fn the_additive_model_of_a_known_table() {
    let table: [&[f64]; 3] = [&[1.0, 2.0, 3.0], &[2.0, 4.0, 3.0], &[6.0, 5.0, 7.0]];
    let rows: Vec<Vec<f64>> = table.iter().map(|row| row.iter().map(|y| y.exp()).collect()).collect();
    let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    let family = family(&rows);
    assert!(family.means.iter().zip([2.0, 3.0, 6.0]).all(|(ours, known)| (ours - known).abs() < 1e-9));
    // Column means 3, 11/3, 13/3: residual sum of squares 10/3 over 4 degrees of freedom.
    assert!((family.residual.powi(2) - 10.0 / 3.0 / 4.0).abs() < 1e-9, "{}", family.residual);
    let pair = family.pairs[1];
    assert_eq!((pair.of, pair.to), (0, 2));
    assert!((pair.log_ratio + 4.0).abs() < 1e-9);
    // q(0.95; 3, 4) = 5.040, n = 3.
    assert!((pair.simultaneous_half - 5.040 * (10.0_f64 / 12.0).sqrt() / 3.0_f64.sqrt()).abs() < 1e-3);
    // Differences -5, -3, -4: sd 1, t(2) = 4.303.
    assert!((pair.paired_half - 4.302_65 / 3.0_f64.sqrt()).abs() < 1e-4);
}

#[test]
fn a_difference_needs_both_intervals_and_more_than_two_percent() {
    let pair = |log_ratio: f64, simultaneous_half: f64, paired_half: f64| Pair {
        of: 0,
        to: 1,
        log_ratio,
        simultaneous_half,
        paired_half,
        spread: 0.0,
    };
    assert_eq!(pair(0.10, 0.05, 0.06).claim(), PairClaim::Different);
    assert_eq!(pair(-0.10, 0.05, 0.06).claim(), PairClaim::Different);
    assert_eq!(pair(0.10, 0.05, 0.11).claim(), PairClaim::NotResolved);
    assert_eq!(pair(0.10, 0.11, 0.05).claim(), PairClaim::NotResolved);
    assert_eq!(pair(0.015, 0.01, 0.01).claim(), PairClaim::Small);
    assert_eq!(pair(0.015, 0.02, 0.01).claim(), PairClaim::Equal);
    assert_eq!(pair(0.0, 0.06, 0.01).claim(), PairClaim::NotResolved);
}

#[test]
fn values_that_agree_to_the_digit_are_equal_not_different() {
    let same: [&[f64]; 2] = [&[1234.5, 1234.5, 1234.5], &[1234.5, 1234.5, 1234.5]];
    assert_eq!(family(&same).pairs[0].claim(), PairClaim::Equal);
}

#[test]
fn rounds_that_are_slow_for_all_do_not_hide_a_difference() {
    // Every round has another speed, and the second is always 10 % above the first.
    let drift = [100.0, 150.0, 220.0, 90.0, 130.0];
    let noise = [1.0, 1.005, 0.995, 1.002, 0.998];
    let first: Vec<f64> = drift.to_vec();
    let second: Vec<f64> = drift.iter().zip(noise).map(|(d, n)| d * 1.1 * n).collect();
    let family = family(&[&first, &second]);
    let pair = family.pairs[0];
    assert_eq!((pair.of, pair.to, pair.claim()), (0, 1, PairClaim::Different));
    assert!((pair.log_ratio.exp() - 1.0 / 1.1).abs() < 0.01, "{}", pair.log_ratio);
}

#[test]
fn a_wide_interval_says_how_many_rounds_would_help() {
    let first: Vec<f64> = [1.0, 1.06, 0.95, 1.02, 0.99].iter().map(|x| x * 100.0).collect();
    let second: Vec<f64> = [0.97, 1.0, 1.05, 0.96, 1.04].iter().map(|x| x * 100.0).collect();
    let family = family(&[&first, &second]);
    let pair = family.pairs[0];
    assert_eq!(pair.claim(), PairClaim::NotResolved);
    let outlook = family.outlook();
    let rounds = family.rounds_for_5_percent(&pair, &outlook).unwrap();
    // Enough at that number, not at the one that is tried before it.
    let half = |n: usize| student_t(0.95, real(n) - 1.0) * pair.spread / real(n).sqrt();
    let before = outlook.iter().map(|outlook| outlook.rounds).rfind(|n| *n < rounds).unwrap();
    assert!(half(rounds) <= EQUAL_RATIO.ln() && half(before) > EQUAL_RATIO.ln());
}

#[test]
fn two_rounds_or_one_treatment_are_no_family() {
    let cells = |rows: usize, rounds: usize| vec![vec![Some(1.0); rounds]; rows];
    assert_eq!(Family::new(&complete_blocks(&cells(2, 2))), None);
    assert_eq!(Family::new(&complete_blocks(&cells(1, 5))), None);
}
