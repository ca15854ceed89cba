//! The progress bar: on a terminal a bar with bytes, events a second and time left, in a pipe
//! nothing.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Instant;
use tripline_detect::Progress;

/// A bar on standard error.
pub struct Bar {
    bar: ProgressBar,
    start: Instant,
}

impl Bar {
    /// A bar over so many bytes; 0 where the size is not known (standard input).
    pub fn new(bytes: u64) -> Self {
        let bar = if bytes == 0 { ProgressBar::no_length() } else { ProgressBar::new(bytes) };
        let shown = std::io::stderr().is_terminal();
        bar.set_draw_target(if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = if bytes == 0 {
            "{spinner} {bytes} {msg}"
        } else {
            "{bar:30} {bytes}/{total_bytes} {msg} {eta} left"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now() }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn update(&self, bytes: u64, events: u64) {
        self.bar.set_position(bytes);
        let seconds = self.start.elapsed().as_secs_f64().max(0.001);
        let rate = crate::out::count((events as f64 / seconds) as u64);
        self.bar.set_message(format!("{rate} events/s"));
    }
}
