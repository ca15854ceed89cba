//! `drop_detection_item`: items go. A selection of which nothing is left goes out of the condition.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use crate::pipeline::target::Change;

#[derive(Debug)]
struct Drop;

pub(super) fn make(_: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(Drop))
}

impl Transformation for Drop {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_item(&mut |_, _| Change::Drop);
    }
}
