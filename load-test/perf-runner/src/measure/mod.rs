//! Pure: the generator's numbers into figures per phase.
