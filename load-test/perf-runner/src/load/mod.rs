//! Writes the generator's inputs for one test run, reads its outputs, gives its exit code a meaning.
