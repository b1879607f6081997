//! Plays the contract's cases over either wire; a verdict per case.
