//! A private PostgreSQL cluster from binaries that are already there.
