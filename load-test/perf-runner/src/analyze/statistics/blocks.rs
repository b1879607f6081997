//! Which rounds may be compared.
//!
//! Decision: only complete blocks are used. A round counts for a comparison when
//! every compared treatment has a valid value in it; a missing cell is never filled
//! in. A treatment with too few valid rounds is left out first, so that one broken
//! API does not take the rounds of all others with it.

use super::CLAIM_ROUNDS;

/// What remains to be compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CompleteBlocks {
    /// Positions of the treatments that are compared.
    pub treatments: Vec<usize>,
    /// Positions of the rounds that are complete for all of them.
    pub rounds: Vec<usize>,
    /// Natural logarithms, treatment by treatment, round by round.
    pub logs: Vec<Vec<f64>>,
}

/// Chooses treatments and rounds from cells by treatment and round. Fewer than two
/// treatments or three rounds remain when nothing can be compared.
pub fn complete_blocks(cells: &[Vec<Option<f64>>]) -> CompleteBlocks {
    let logs: Vec<Vec<Option<f64>>> =
        cells.iter().map(|row| row.iter().map(|cell| logarithm(*cell)).collect()).collect();
    let valid = |treatment: usize| logs[treatment].iter().flatten().count();
    let mut treatments: Vec<usize> = (0..logs.len()).filter(|t| valid(*t) >= CLAIM_ROUNDS).collect();
    let mut rounds = complete_rounds(&logs, &treatments);
    // Leave out whichever has the fewest valid rounds; among equals the last one.
    while rounds.len() < CLAIM_ROUNDS && treatments.len() > 2 {
        let fewest = treatments.iter().rev().min_by_key(|t| valid(**t)).copied();
        treatments.retain(|t| Some(*t) != fewest);
        rounds = complete_rounds(&logs, &treatments);
    }
    let chosen = treatments.iter().map(|t| rounds.iter().filter_map(|round| logs[*t][*round]).collect());
    CompleteBlocks { logs: chosen.collect(), treatments, rounds }
}

fn complete_rounds(logs: &[Vec<Option<f64>>], treatments: &[usize]) -> Vec<usize> {
    let rounds = treatments.iter().map(|t| logs[*t].len()).min().unwrap_or(0);
    (0..rounds).filter(|round| treatments.iter().all(|t| logs[*t][*round].is_some())).collect()
}

fn logarithm(cell: Option<f64>) -> Option<f64> {
    cell.filter(|value| value.is_finite() && *value > 0.0).map(f64::ln)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(cells: &[&[f64]]) -> (Vec<usize>, Vec<usize>) {
        let cells: Vec<Vec<Option<f64>>> =
            cells.iter().map(|row| row.iter().map(|value| Some(*value)).collect()).collect();
        let blocks = complete_blocks(&cells);
        assert!(blocks.logs.iter().all(|row| row.len() == blocks.rounds.len()));
        (blocks.treatments, blocks.rounds)
    }

    #[test]
    fn a_round_with_a_missing_cell_is_no_block() {
        let missing = f64::NAN;
        let cells: [&[f64]; 2] = [&[1.0, 1.0, 1.0, 1.0], &[1.0, missing, 1.0, 1.0]];
        assert_eq!(chosen(&cells), (vec![0, 1], vec![0, 2, 3]));
    }

    #[test]
    fn a_broken_treatment_does_not_take_the_others_with_it() {
        let cells: [&[f64]; 3] =
            [&[1.0, 1.0, 1.0, 1.0, 1.0], &[1.0, 0.0, 0.0, 0.0, 0.0], &[1.0, 1.0, 1.0, 1.0, 1.0]];
        assert_eq!(chosen(&cells), (vec![0, 2], vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn treatments_that_share_too_few_rounds_give_way() {
        let cells: [&[f64]; 3] =
            [&[1.0, 1.0, 1.0, 0.0, 0.0], &[1.0, 1.0, 1.0, 1.0, 1.0], &[0.0, 1.0, 1.0, 1.0, 1.0]];
        assert_eq!(chosen(&cells), (vec![1, 2], vec![1, 2, 3, 4]));
    }

    #[test]
    fn nothing_is_compared_with_nothing() {
        assert_eq!(chosen(&[]), (vec![], vec![]));
        assert_eq!(chosen(&[&[1.0, 2.0], &[1.0, 2.0]]), (vec![], vec![]));
    }
}
