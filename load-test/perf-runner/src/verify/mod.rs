//! Plays the contract's cases over either wire; a verdict per case.
//!
//! Loading ([`Contract::load`]) reads the cases and refuses what makes no sense;
//! playing ([`play`]) sends them to one running service, one case after the
//! other, each on an emptied table; [`Matrix`] lays the verdicts of several
//! services side by side. What is right is decided in [`compare`], without I/O.

pub mod case;
pub mod compare;
pub mod faults;
pub mod generated;
mod junit;
mod matrix;
mod play;
pub mod verdict;

use std::path::Path;

pub use case::Case;
pub use faults::Faults;
pub use matrix::Matrix;
pub use play::{Target, play};
pub use verdict::{CaseVerdict, Difference, Outcome, demand_kept};

use crate::fault::Fault;

/// What services are held against.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The cases, in the order of files and lines.
    pub cases: Vec<Case>,
    /// The closed list of faults.
    pub faults: Faults,
}

impl Contract {
    /// Reads the repository's `contract/` folder.
    ///
    /// # Errors
    /// Names file, line and key of what cannot be understood.
    pub fn load(folder: &Path) -> Result<Self, Fault> {
        let faults = Faults::load(&folder.join("faults.yaml"))?;
        Ok(Self { cases: case::load(&folder.join("cases"))?, faults })
    }
}
