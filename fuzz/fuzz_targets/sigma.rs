//! Any text as a Sigma file, and as a pipeline: documents with plans or errors, and spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_diag::has_errors;
use tripline_sigma::{Kind, Options, compile, correlation, filter, lint, pipeline, read};

fuzz_target!(|text: &str| {
    let file = read(text);
    let filters = file.documents.iter().filter(|d| d.kind == Kind::Filter).cloned().collect();
    let narrowed = Options { filters, ..Options::default() };
    let mut said = file.diagnostics;
    said.extend(pipeline::read(text).1);
    for document in &file.documents {
        let compiled = compile(document, &Options::default());
        assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
        said.extend(compiled.diagnostics);
        said.extend(lint(document, &narrowed));
        said.extend(correlation::read(document).1);
        said.extend(filter::read(document).1);
        compile(document, &narrowed);
    }
    for diagnostic in said {
        for span in diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|l| l.span)) {
            assert!(text.get(span.range()).is_some());
        }
    }
});
