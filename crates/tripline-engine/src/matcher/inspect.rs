//! One event field by field: what every test of a plan sees, for explanations.
//!
//! The matcher answers for all events at once and forgets what decided. Here any field of any event
//! can be asked for, also in sources that a plan never looks at, through the same resolution of
//! fields and the same kernels.

use super::bind::{Origin, assets, resolve};
use super::blank::with_blanks;
use super::property::Property;
use super::row::{ElementRow, objects};
use super::{Matcher, names};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use tripline_events::{ColumnBuilder, EventBatch, Projection, Stream};
use tripline_ir::{FieldRef, FieldSet, Pred, View};
use tripline_kernels::pred::Row;
use tripline_kernels::{mapping, scalar};
use tripline_schema::{MapExpr, Mapping};

/// How a field comes from the records of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldOrigin {
    /// The source never has it.
    Absent,
    /// It has the same values in every record.
    Always(Vec<Arc<str>>),
    /// It is the event's time, text or input, whatever the record looks like.
    Event,
    /// It comes from the record.
    Record(MapExpr),
}

/// Shows events field by field. For one thread; what it learns about fields is kept.
pub struct Inspector<'m> {
    matcher: &'m Matcher,
    known: RefCell<KnownFields>,
}

/// By source type and field.
type KnownFields = HashMap<(Arc<str>, FieldRef), Rc<Known>>;

struct Known {
    origin: Option<Origin>,
    /// Where the view sees blank values too: all values.
    whole: Option<Origin>,
    always: Vec<Arc<str>>,
}

impl Matcher {
    /// Shows events as the plans' tests see them.
    pub fn inspector(&self) -> Inspector<'_> {
        Inspector { matcher: self, known: RefCell::default() }
    }
}

impl<'m> Inspector<'m> {
    /// The context in which expressions are evaluated.
    pub fn scalars(&self) -> &'m scalar::Context {
        &self.matcher.scalars
    }

    /// How a field comes from the records of a source.
    pub fn origin(&self, mapping: &Mapping, field: &FieldRef) -> FieldOrigin {
        let known = self.known(mapping, field);
        match &known.origin {
            Some(Origin::Event(_)) => FieldOrigin::Event,
            Some(Origin::Expr(expr)) => FieldOrigin::Record(expr.clone()),
            None if known.always.is_empty() => FieldOrigin::Absent,
            None => FieldOrigin::Always(known.always.clone()),
        }
    }

    /// Whether a filter's scope admits a stream.
    pub fn admits(&self, plan: usize, filter: usize, stream: &Stream) -> bool {
        self.matcher.admits(plan, filter, &stream.mapping, &stream.indices)
    }

    /// The columns that [`Self::row`] reads for all fields of all plans, whether or not a filter
    /// looks at the stream.
    pub fn projection(&self, mapping: &Mapping) -> Projection {
        let mut columns: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut all = false;
        for plan in &self.matcher.plans {
            plan.for_each_field(&mut |field| {
                let known = self.known(mapping, field);
                if let Some(Origin::Expr(expr)) = known.whole.as_ref().or(known.origin.as_ref()) {
                    expr.for_each_raw(&mut |path| {
                        columns.insert(path.clone());
                    });
                }
            });
            for filter in &plan.filters {
                all |= scans(&filter.pred);
            }
        }
        Projection { columns: columns.into_iter().collect(), all, ..Projection::default() }
    }

    /// An event of a batch.
    pub fn row<'a>(&'a self, batch: &'a EventBatch, row: usize) -> InspectedRow<'a> {
        InspectedRow { inspector: self, batch, row }
    }

    fn known(&self, mapping: &Mapping, field: &FieldRef) -> Rc<Known> {
        let key = (mapping.id.clone(), field.clone());
        if let Some(known) = self.known.borrow().get(&key) {
            return Rc::clone(known);
        }
        let known = match Property::of(mapping, field) {
            Some(property) => {
                Known { origin: Some(Origin::Event(property)), whole: None, always: vec![] }
            }
            None => match resolve(self.matcher, mapping, field) {
                None => Known { origin: None, whole: None, always: vec![] },
                Some(MapExpr::Const(always)) => Known { origin: None, whole: None, always },
                Some(expr) => Known {
                    whole: with_blanks(&field.view, &expr).map(|with| Origin::Expr(with.whole)),
                    origin: Some(Origin::Expr(expr)),
                    always: vec![],
                },
            },
        };
        let known = Rc::new(known);
        self.known.borrow_mut().insert(key, Rc::clone(&known));
        known
    }
}

impl std::fmt::Debug for Inspector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

/// Whether a condition looks at fields that only the data can name.
fn scans(pred: &Pred) -> bool {
    let mut scans = false;
    pred.for_each_leaf(&mut |leaf| scans |= !matches!(leaf.field, FieldSet::One(_)));
    scans
}

/// An event, asked for any field. The batch must have the columns of [`Inspector::projection`].
pub struct InspectedRow<'a> {
    inspector: &'a Inspector<'a>,
    batch: &'a EventBatch,
    row: usize,
}

impl std::fmt::Debug for InspectedRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InspectedRow").field("row", &self.row).finish_non_exhaustive()
    }
}

impl InspectedRow<'_> {
    fn property(&self, property: Property, f: &mut dyn FnMut(&str)) {
        let one = EventBatch {
            stream: Arc::clone(&self.batch.stream),
            input: Arc::clone(&self.batch.input),
            time: vec![self.batch.time[self.row]],
            record: vec![self.batch.record[self.row]],
            columns: vec![],
            raw: self.batch.raw.one(self.row).into(),
        };
        property.column(&one, &mut ColumnBuilder::default()).values(0).for_each(f);
    }
}

impl Row for InspectedRow<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        let mapping = &self.batch.stream.mapping;
        let known = self.inspector.known(mapping, field);
        match known.whole.as_ref().or(known.origin.as_ref()) {
            None => known.always.iter().for_each(|value| f(value)),
            Some(Origin::Event(property)) => self.property(*property, f),
            Some(Origin::Expr(MapExpr::Raw(path))) => {
                if let Some(column) = self.batch.column(path) {
                    column.values(self.row).for_each(f);
                }
            }
            Some(Origin::Expr(expr)) => {
                let raw: &mut mapping::RawFields<'_, '_> = &mut |path, each| {
                    if let Some(column) = self.batch.column(path) {
                        column.values(self.row).for_each(each);
                    }
                };
                let values = mapping::eval(expr, mapping, raw, assets(self.inspector.matcher));
                for value in &values {
                    f(value);
                }
            }
        }
    }

    fn each_field(&self, view: &View, f: &mut dyn FnMut(&str, &str)) {
        let mapping = &self.batch.stream.mapping;
        let schema = &self.inspector.matcher.schema;
        for name in names::defined(schema, mapping, view) {
            let field = schema.field_ref(view.clone(), &name);
            self.values(&field, &mut |value| f(&name, value));
        }
        for (path, column) in self.batch.fields() {
            names::of_raw(mapping, view, path, &mut |name| {
                column.values(self.row).for_each(|value| f(name, value));
            });
        }
    }

    fn each_value(&self, f: &mut dyn FnMut(&str)) {
        for (_, column) in self.batch.fields() {
            column.values(self.row).for_each(&mut *f);
        }
    }

    fn raw(&self) -> Option<&str> {
        std::str::from_utf8(self.batch.raw.get(self.row)).ok()
    }

    fn elements(&self, path: &FieldRef, f: &mut dyn FnMut(&dyn Row)) {
        let known = self.inspector.known(&self.batch.stream.mapping, path);
        let Some(Origin::Expr(MapExpr::Raw(raw))) = &known.origin else { return };
        let Ok(record) = serde_json::from_slice(self.batch.raw.get(self.row)) else { return };
        objects(&record, raw, &mut |object| f(&ElementRow { path: path.name.clone(), object }));
    }
}
