//! `change_logsource`: another log source, and with it another scope. It takes the place of the old
//! one as a whole.

use super::{Target, Transformation};
use crate::ast::LogSource;
use crate::pipeline::params::Params;

#[derive(Debug)]
struct ChangeLogSource(LogSource);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let source = LogSource {
        category: params.text("category"),
        product: params.text("product"),
        service: params.text("service"),
        ..LogSource::default()
    };
    if source == LogSource::default() {
        let message = "`change_logsource` needs a `product`, a `category` or a `service`";
        params.error(params.place(), message);
        return None;
    }
    Some(Box::new(ChangeLogSource(source)))
}

impl Transformation for ChangeLogSource {
    fn apply(&self, target: &mut Target<'_>) {
        let span = target.rule.log_source.span;
        target.rule.log_source = LogSource { span, ..self.0.clone() };
    }
}
