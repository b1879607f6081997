use std::fmt;

/// The id of the one entity in an event, as the generator makes it:
/// `<kind>-<tag>-<vu>-<call>`. It tells the audit what content the row must have
/// and who sent it; its length depends on the kind alone, so that bodies have a
/// fixed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntityId<'a> {
    /// The template's kind; has no hyphen.
    pub kind: &'a str,
    /// Eight hexadecimal digits of the test run.
    pub tag: &'a str,
    /// The virtual user, from 1.
    pub vu: u32,
    /// How many calls this VU had made before, over all phases.
    pub call: u64,
}

impl EntityId<'_> {
    /// Digits of the VU.
    pub const VU_DIGITS: usize = 5;
    /// Digits of the call.
    pub const CALL_DIGITS: usize = 9;

    /// Which of `templates` templates this VU's call sends.
    pub fn template_index(vu: u32, call: u64, templates: usize) -> usize {
        let templates = templates.max(1) as u64;
        usize::try_from((u64::from(vu) + call) % templates).unwrap_or(0)
    }
}

impl fmt::Display for EntityId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (vu_digits, call_digits) = (Self::VU_DIGITS, Self::CALL_DIGITS);
        let Self { kind, tag, vu, call } = self;
        write!(f, "{kind}-{tag}-{vu:0vu_digits$}-{call:0call_digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_kind_are_all_as_long() {
        let id = |vu, call| EntityId { kind: "loan", tag: "0000beef", vu, call }.to_string();
        assert_eq!(id(1, 0), "loan-0000beef-00001-000000000");
        assert_eq!(id(99_999, 999_999_999).len(), id(1, 0).len());
    }
}
