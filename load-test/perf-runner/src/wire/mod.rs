//! Speaks to a service over its own wire: one request, and what came back.
