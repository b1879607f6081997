//! Ranks of what can be told apart; what cannot shares a rank.

use crate::model::Ranks;

/// Ranks of `count` treatments, given which is ahead of which.
pub fn ranks(count: usize, is_ahead: impl Fn(usize, usize) -> bool) -> Vec<Ranks> {
    let of = |one: usize| {
        let ahead = (0..count).filter(|other| is_ahead(*other, one)).count();
        let behind = (0..count).filter(|other| is_ahead(one, *other)).count();
        Ranks { from: ahead + 1, to: count - behind }
    };
    (0..count).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_a_rank() {
        // 0 and 1 cannot be told apart; 1 is ahead of 2, 0 of 2, all of 3.
        let ahead = [(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)];
        let ranks = ranks(4, |a, b| ahead.contains(&(a, b)));
        let pairs: Vec<(usize, usize)> = ranks.iter().map(|rank| (rank.from, rank.to)).collect();
        assert_eq!(pairs, [(1, 2), (1, 2), (3, 3), (4, 4)]);
    }

    #[test]
    fn nothing_known_is_one_rank_for_all() {
        assert_eq!(ranks(3, |_, _| false), [Ranks { from: 1, to: 3 }; 3]);
    }
}
