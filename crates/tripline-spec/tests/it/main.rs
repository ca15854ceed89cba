//! Tests of the whole: architecture, spec files, corpora.

mod arrows;
mod specs;
