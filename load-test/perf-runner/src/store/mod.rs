//! The only metrics SQL: facts, never conclusions.
