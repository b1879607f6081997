//! Pure: what came back and what is stored, held against what a case expects.

mod bulk;
mod reply;
pub mod rows;

pub use reply::reply;
