//! From the text to a gate. Every refusal points at a place.

use std::fmt;

use super::{Amount, Beyond, Gate, Load, Percentile, Subject, Target, Word};

/// What the names of measures are, for those who typed another one.
const MEASURES: &str = "p50, p95, p99, throughput, errors, ratio";

/// Why a text is no gate, or no gate of this campaign. `Display` shows the text with
/// a caret below the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGate {
    /// The text.
    pub text: String,
    /// The place, in characters from its beginning.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
    /// What could stand there instead.
    pub repair: String,
}

impl BadGate {
    pub(super) fn new(text: &str, at: usize, what: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { text: text.to_owned(), at, what: what.into(), repair: repair.into() }
    }
}

impl fmt::Display for BadGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was typed is shown, and nothing that it could do to a terminal.
        let shown: String = self.text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        write!(f, "{}\n  {shown}\n  {}^", self.what, " ".repeat(self.at))
    }
}

impl std::error::Error for BadGate {}

/// Reads a gate; its grammar stands in the documentation of [`super`].
///
/// # Errors
/// When the text is no gate: where, what is wrong, and what could stand there.
pub fn parse(text: &str) -> Result<Gate, BadGate> {
    let text = text.trim();
    let mut reader = Reader { text, chars: text.chars().collect(), at: 0 };
    let subject = reader.subject()?;
    let beyond = reader.beyond()?;
    let (limit, subject) = reader.limit(subject)?;
    reader.skip_spaces();
    if reader.at < reader.chars.len() {
        return Err(reader.bad("nothing may follow the limit", "give --fail-if once for each gate"));
    }
    Ok(Gate { text: text.to_owned(), subject, beyond, limit })
}

struct Reader<'a> {
    text: &'a str,
    chars: Vec<char>,
    at: usize,
}

impl Reader<'_> {
    fn subject(&mut self) -> Result<Subject, BadGate> {
        self.skip_spaces();
        let at = self.at;
        let measure = self.take(|c| c.is_ascii_alphanumeric());
        let percentile = match measure.as_str() {
            "p50" => Some(Percentile::P50),
            "p95" => Some(Percentile::P95),
            "p99" => Some(Percentile::P99),
            "throughput" | "errors" | "ratio" => None,
            _ => {
                let what = if measure.is_empty() {
                    "a gate begins with what is measured".to_owned()
                } else {
                    format!("{measure:?} is nothing that a gate knows")
                };
                return Err(BadGate::new(self.text, at, what, format!("one of {MEASURES}")));
            }
        };
        self.sign('(', "an opening bracket is missing")?;
        let subject = match (percentile, measure.as_str()) {
            (Some(percentile), _) => Subject::Latency(percentile, self.target()?),
            (None, "throughput") => Subject::Throughput(self.target()?),
            (None, "errors") => Subject::Errors(Amount::Calls, self.target()?),
            (None, _) => {
                let of = self.api()?;
                self.sign(',', "a ratio is of two APIs")?;
                Subject::Ratio(of, self.api()?)
            }
        };
        self.sign(')', "a closing bracket is missing")?;
        Ok(subject)
    }

    fn target(&mut self) -> Result<Target, BadGate> {
        self.skip_spaces();
        let api = if self.peek() == Some('*') {
            self.at += 1;
            None
        } else {
            Some(self.api()?)
        };
        self.skip_spaces();
        if self.peek() != Some('@') {
            return Ok(Target { api, load: None });
        }
        self.at += 1;
        self.skip_spaces();
        let at = self.at;
        let amount = self.take(|c| c.is_ascii_digit());
        let Ok(amount) = amount.parse() else {
            return Err(BadGate::new(
                self.text,
                at,
                "a load is missing behind the @",
                "a number of VUs such as @100, or a rate such as @500/s",
            ));
        };
        let is_rate = self.eat("/s");
        Ok(Target { api, load: Some(Load { amount, is_rate, at }) })
    }

    fn api(&mut self) -> Result<Word, BadGate> {
        self.skip_spaces();
        let at = self.at;
        if self.peek() == Some('*') {
            return Err(self.bad("a ratio is of two APIs by their names", "name an API instead of *"));
        }
        let mut text = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if text.is_empty() {
            return Err(self.bad("the name of an API is missing", "an API of the plan, or * for every one"));
        }
        if self.eat("@again") {
            text.push_str("@again");
        }
        Ok(Word { text, at })
    }

    fn beyond(&mut self) -> Result<Beyond, BadGate> {
        self.skip_spaces();
        let beyond = match self.peek() {
            Some('>') => Beyond::Above,
            Some('<') => Beyond::Below,
            _ => return Err(self.bad("a gate says when it breaks", "> or <, such as >50ms")),
        };
        self.at += 1;
        if self.peek() == Some('=') {
            return Err(self.bad("there is only > and <", "leave out the ="));
        }
        Ok(beyond)
    }

    /// The number in the subject's own unit; what errors are counted in is only known
    /// now.
    fn limit(&mut self, subject: Subject) -> Result<(f64, Subject), BadGate> {
        self.skip_spaces();
        let at = self.at;
        let digits = self.take(|c| c.is_ascii_digit() || c == '.');
        let number = digits.parse::<f64>().ok().filter(|number| {
            number.is_finite() && digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.')
        });
        let Some(number) = number else {
            return Err(BadGate::new(self.text, at, "the limit is missing", "a number such as 50 or 0.95"));
        };
        self.skip_spaces();
        let unit_at = self.at;
        let unit = self.take(|c| !c.is_whitespace());
        let (factor, subject) = in_unit(&unit, subject)
            .map_err(|(what, repair)| BadGate::new(self.text, unit_at, what, repair))?;
        Ok((number * factor, subject))
    }

    fn sign(&mut self, sign: char, what: &str) -> Result<(), BadGate> {
        self.skip_spaces();
        if self.peek() != Some(sign) {
            return Err(
                self.bad(what, &format!("a {sign} here, such as in p99(producer-api-go-rest@100)>50ms"))
            );
        }
        self.at += 1;
        Ok(())
    }

    fn eat(&mut self, word: &str) -> bool {
        let is_there = word.chars().enumerate().all(|(index, c)| self.chars.get(self.at + index) == Some(&c));
        if is_there {
            self.at += word.chars().count();
        }
        is_there
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> String {
        let taken: String =
            self.chars.get(self.at..).unwrap_or_default().iter().take_while(|c| fits(**c)).collect();
        self.at += taken.chars().count();
        taken
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        self.take(char::is_whitespace);
    }

    fn bad(&self, what: &str, repair: &str) -> BadGate {
        BadGate::new(self.text, self.at, what, repair)
    }
}

/// What one of a unit is in the unit that is used inside, and the subject, which may
/// depend on it.
fn in_unit(unit: &str, subject: Subject) -> Result<(f64, Subject), (String, &'static str)> {
    let told =
        if unit.is_empty() { "the unit is missing".to_owned() } else { format!("{unit:?} is not its unit") };
    match (&subject, unit) {
        (Subject::Latency(..), "us") => Ok((0.001, subject)),
        (Subject::Latency(..), "s") => Ok((1000.0, subject)),
        (Subject::Latency(..), "ms")
        | (Subject::Throughput(_), "/s")
        | (Subject::Ratio(..) | Subject::Errors(..), "") => Ok((1.0, subject)),
        (Subject::Latency(..), _) => Err((told, "a percentile is a time: us, ms or s, such as 50ms")),
        (Subject::Throughput(_), _) => Err((told, "a throughput is in events per second: 900/s")),
        (Subject::Errors(_, target), "%") => Ok((1.0, Subject::Errors(Amount::Percent, target.clone()))),
        (Subject::Errors(..), _) => Err((told, "errors are a number of calls, or a share of them in %")),
        (Subject::Ratio(..), _) => Err((told, "a ratio has no unit: 0.95")),
    }
}
