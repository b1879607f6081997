//! Lines one by one, each of bounded length.

use std::io::{self, BufRead, Read as _};

use crate::model::StreamLine;

/// Four histograms with every bucket at its most stay below it.
pub(super) const LINE_LIMIT_BYTES: u64 = 1024 * 1024;

/// Reads line after line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    number: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, number: 0, text: Vec::new() }
    }

    /// Which line was given last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line, or what is wrong with it; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<StreamLine, String>>> {
        self.text.clear();
        self.from.by_ref().take(LINE_LIMIT_BYTES).read_until(b'\n', &mut self.text)?;
        if self.text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(parse(&self.text)))
    }
}

/// A line with its end; one without is not whole.
pub(super) fn parse(text: &[u8]) -> Result<StreamLine, String> {
    let Some(whole) = text.strip_suffix(b"\n") else {
        return Err("it is cut short, or longer than a line of the stream can be".to_owned());
    };
    let deserializer = &mut serde_json::Deserializer::from_slice(whole);
    let line = serde_path_to_error::deserialize(&mut *deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(line)
}
