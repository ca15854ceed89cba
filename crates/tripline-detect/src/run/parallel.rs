//! Work that is shared by threads, with results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `count` pieces of work on so many threads.
pub(super) fn in_parallel<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    with_state(count, threads, || (), |(), at| work(at))
}

/// The same, where each thread has something of its own to work with.
pub(super) fn with_state<S, T: Send>(
    count: usize,
    threads: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let threads = threads.min(count).max(1);
    if threads == 1 {
        let mut state = state();
        return (0..count).map(|at| work(&mut state, at)).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut state = state();
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return done;
            }
            done.push((at, work(&mut state, at)));
        }
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        let results = handles.into_iter().flat_map(|handle| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        results.collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        for threads in [0, 1, 3, 100] {
            assert_eq!(
                in_parallel(50, threads, |at| at * at),
                (0..50).map(|n| n * n).collect::<Vec<_>>()
            );
        }
        assert!(in_parallel(0, 2, |at| at).is_empty());
    }
}
