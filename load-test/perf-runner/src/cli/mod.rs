//! What was typed: one file per subcommand.
