//! Checks on what is stored: each is seen tripping on a service that stores as the
//! contract does not say.

use perf_runner::model::Verdict;
use stand_in::{Behaviour, Storing};

use crate::bench::{Bench, Wanted, held};

use Verdict::{Invalid, Ok};

const CHECKS: [&str; 6] = [
    "stored_against_acknowledged",
    "unexpected_rows",
    "content",
    "statements_per_event",
    "rows_per_event",
    "transactions_per_event",
];

#[tokio::test]
async fn what_is_not_stored_as_the_contract_says_is_told_by_what_is_wrong_with_it() {
    let mut bench = Bench::new().await;
    let cases: [(Storing, &[&str]); 6] = [
        (Storing::Whole, &[]),
        (Storing::InTwoTransactions, &["transactions_per_event"]),
        (Storing::Twice, &["statements_per_event", "rows_per_event"]),
        (Storing::WithAnotherRow, &["unexpected_rows", "rows_per_event"]),
        (Storing::Altered, &["content"]),
        (
            Storing::Nothing,
            &[
                "stored_against_acknowledged",
                "statements_per_event",
                "rows_per_event",
                "transactions_per_event",
            ],
        ),
    ];
    for (storing, wrong) in cases {
        let behaviour = Behaviour { storing, ..Behaviour::default() };
        let seen =
            bench.see(Wanted { think_time_ms: 20, ..Wanted::of(behaviour, vec![held(2, 2_000)]) }).await;
        assert!(seen.run.audit.as_ref().unwrap().acknowledged > 20, "{storing:?}");
        for id in CHECKS {
            let check = seen.of_run(id);
            let expected = if wrong.contains(&id) { Invalid } else { Ok };
            assert_eq!(check.verdict, expected, "{storing:?}: {check:?}");
        }
    }
    bench.close().await;
}
