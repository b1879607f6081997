//! Everything of a producer API that is not a wire.
