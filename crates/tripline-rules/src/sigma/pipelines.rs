//! Files of processing pipelines.

use crate::RuleSet;
use crate::load::read_text;
use crate::report::FileReport;
use std::path::Path;
use std::sync::Arc;

/// Reads a file. A pipeline with errors is not applied.
pub(crate) fn pipeline(path: &Path, set: &mut RuleSet) {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => return set.problems.push(*problem),
    };
    let mut report = FileReport::new(path, &text);
    let (pipeline, diagnostics) = tripline_sigma::pipeline::read(&text);
    for diagnostic in diagnostics {
        report.add(diagnostic);
    }
    set.pipelines.extend(pipeline.map(Arc::new));
    set.problems.append(&mut report.problems);
}
