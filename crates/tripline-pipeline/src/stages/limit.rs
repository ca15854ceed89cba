//! `Limit`: the first rows, or the last ones in reverse order.

use super::sort::numbered;
use crate::error::Error;
use crate::frame::{Frame, hidden};
use tripline_ir::End;

pub(super) fn lower(frame: Frame, count: u64, end: End) -> Result<Frame, Error> {
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(i64::MAX as usize);
    match end {
        End::Head => frame.node(|plan| plan.limit(0, Some(count))),
        // A sort that keeps no row is not planned for.
        End::Tail if count == 0 => frame.node(|plan| plan.limit(0, Some(0))),
        End::Tail => {
            let order = vec![hidden("#row").sort(false, false)];
            numbered(frame)?.node(|plan| plan.sort_with_limit(order, Some(count)))?.project(vec![])
        }
    }
}
