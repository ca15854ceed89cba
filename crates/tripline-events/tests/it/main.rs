//! Decoders from the outside: bytes in, batches and rejected records out.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod bad_input;
mod cloud;
mod containers;
mod corpora;
mod crew;
mod formats;
mod lane;
mod properties;
mod shapes;
mod stix;
mod support;
