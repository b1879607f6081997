//! What the generator's exit means.

use crate::model::{ExitMeaning, GeneratorEnd};

/// Puts the end of the generator's process into words. An exit code of zero says
/// little, since every request may have failed: counts are judged elsewhere.
pub fn meaning(end: &GeneratorEnd) -> ExitMeaning {
    let (text, usable) = if end.overdue {
        ("it ran past its deadline and was ended".to_owned(), true)
    } else {
        match (end.code, end.signal) {
            (Some(code), _) => of_code(code, end.interrupted),
            (None, Some(signal)) => (format!("it was ended by {}", signal_name(signal)), false),
            (None, None) => ("how it ended is not known".to_owned(), false),
        }
    };
    ExitMeaning { code: end.code, text, usable }
}

/// k6's exit codes. Usable: it ran its phases, or part of them, and counted.
fn of_code(code: i32, interrupted: bool) -> (String, bool) {
    let (text, usable) = match code {
        0 => ("it ran to its end", true),
        97 | 98 => ("it could not follow a test in the cloud, which it was never asked for", false),
        99 => ("a threshold was broken, though the runner sets none that can be", true),
        100 => ("its setup took too long", false),
        101 => ("its teardown took too long", true),
        102 => ("something in it took too long", false),
        103 => ("it was stopped through its REST API", true),
        104 => ("its options make no sense to it", false),
        105 if interrupted => ("the user interrupted it", true),
        105 => ("a signal stopped it early", true),
        106 => ("its REST API could not listen", false),
        107 => ("its script failed", false),
        108 => ("its script ended the test", false),
        109 => ("it panicked", false),
        110 => ("its script called the test failed", true),
        255 => ("it does not understand how it was called", false),
        _ => return (format!("it ended with exit code {code}, which k6 does not document"), false),
    };
    (text.to_owned(), usable)
}

fn signal_name(number: i32) -> String {
    match nix::sys::signal::Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(code: Option<i32>, signal: Option<i32>) -> GeneratorEnd {
        GeneratorEnd { code, signal, overdue: false, interrupted: false, log_tail: Vec::new() }
    }

    #[test]
    fn codes_say_whether_the_numbers_can_be_used() {
        for code in [0, 99, 105] {
            assert!(meaning(&end(Some(code), None)).usable, "{code}");
        }
        for code in [1, 104, 106, 107, 108, 109, 255] {
            assert!(!meaning(&end(Some(code), None)).usable, "{code}");
        }
    }

    #[test]
    fn a_signal_is_named_and_an_interrupt_is_the_user_s() {
        let killed = meaning(&end(None, Some(9)));
        assert_eq!((killed.text.as_str(), killed.usable), ("it was ended by SIGKILL", false));
        let interrupted = GeneratorEnd { interrupted: true, ..end(Some(105), None) };
        assert_eq!(meaning(&interrupted).text, "the user interrupted it");
    }
}
