//! Pipes over findings in time order.

use tripline_ir::EventPipe;

/// Applies pipes from left to right: `tail 10 | head 7` is the first seven of the last ten.
///
/// ```
/// use tripline_engine::tails::pipes::apply;
/// use tripline_ir::EventPipe;
/// let found = apply(&[EventPipe::Tail(3), EventPipe::Head(2)], vec![1, 2, 3, 4]);
/// assert_eq!(found, [2, 3]);
/// ```
pub fn apply<T>(pipes: &[EventPipe], mut found: Vec<T>) -> Vec<T> {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    for pipe in pipes {
        match pipe {
            EventPipe::Head(n) => found.truncate(size(*n)),
            EventPipe::Tail(n) => {
                found.drain(..found.len().saturating_sub(size(*n)));
            }
        }
    }
    found
}
