//! What was acknowledged is what is stored.
