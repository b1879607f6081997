//! The runner as a library.
