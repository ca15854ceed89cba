//! Compiled regular expressions, kept per thread.
//!
//! An expression is nearly always a literal of the rule, so a small cache hits every time; one
//! that comes from data must not make it grow.

use regex::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::HashMap;

/// How many expressions a thread keeps.
const KEEP: usize = 512;
/// Size limit of one compiled expression in bytes.
const SIZE: usize = 4 << 20;

thread_local! {
    static CACHE: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// Runs `f` with the compiled expression; none if it does not compile.
pub(super) fn with<T>(pattern: &str, f: impl FnOnce(&Regex) -> T) -> Option<T> {
    CACHE.with_borrow_mut(|cache| {
        if !cache.contains_key(pattern) {
            if cache.len() >= KEEP {
                cache.clear();
            }
            let regex = RegexBuilder::new(pattern).size_limit(SIZE).build().ok();
            cache.insert(pattern.to_owned(), regex);
        }
        cache.get(pattern).and_then(Option::as_ref).map(f)
    })
}
