//! Integration tests of the engine; one binary, one module a subject.

mod equal;
mod matcher;
mod world;
