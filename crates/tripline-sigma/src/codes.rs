//! Diagnostics of this language.

use tripline_diag::Code;

/// All codes of Sigma's front end.
pub const CODES: &[&Code] = &[];
