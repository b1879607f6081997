//! One view, one template, one snapshot per page.
