//! A flat look at JSON text: what nests, strings and numbers. Never fails and never recurses;
//! on text that is no JSON it gives something, in bounds.

use memchr::memchr2;

/// What matters to a walk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// A string or key, without its quotes, escapes as written.
    Text(&'a str),
    /// A number as written.
    Number(&'a str),
}

/// The tokens of a text, in order.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next token is looked for: just behind the last one.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The string that began before `self.at`; none when it does not end.
    fn text(&mut self) -> Option<Token<'a>> {
        let begin = self.at;
        let mut at = begin;
        loop {
            let bytes = self.text.as_bytes().get(at..)?;
            let found = at + memchr2(b'"', b'\\', bytes)?;
            if self.text.as_bytes()[found] == b'"' {
                self.at = found + 1;
                return self.text.get(begin..found).map(Token::Text);
            }
            // Past the backslash and what it escapes.
            at = found + 2;
        }
    }

    fn number(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..)?;
        let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.as_bytes().iter().take_while(|byte| part(byte)).count();
        self.at += length;
        rest.get(..length).map(Token::Number)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if matches!(byte, b'-' | b'0'..=b'9') {
                return self.number();
            }
            self.at += 1;
            match byte {
                b'"' => return self.text(),
                b'{' | b'[' => return Some(Token::Open),
                b'}' | b']' => return Some(Token::Close),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_hide_what_looks_like_structure() {
        let tokens: Vec<_> = Tokens::new(r#" {"a\"[{":[-1.5e+3,true,"\\"], "ü":null}"#).collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Text(r#"a\"[{"#),
                Token::Open,
                Token::Number("-1.5e+3"),
                Token::Text(r"\\"),
                Token::Close,
                Token::Text("ü"),
                Token::Close,
            ]
        );
    }

    #[test]
    fn text_that_is_no_json_ends_without_harm() {
        for text in ["", "\"", "\"\\", "\"\\ü", "\\\"", "{\"a", "]]]", "--", "\u{feff}{", "\"\\\u{10ffff}\""]
        {
            assert!(Tokens::new(text).count() <= 3, "{text}");
        }
    }
}
