//! A plan under construction: rows with named columns.

use crate::error::Error;
use crate::functions::cells;
use crate::session::{self, BATCH_ROWS};
use crate::stages::Run;
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{Column, ScalarValue};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use std::sync::Arc;
use tripline_kernels::table::Table;

/// Plan nodes before the plan is run and a new one begun: DataFusion recurses over plans.
const MOST_NODES: usize = 40;

/// The same for nodes times columns: building a plan takes quadratic time in them.
const MOST_EXPRESSIONS: usize = 2000;

/// Shorter plans are never cut: running one has a price too.
const FEWEST_NODES: usize = 8;

/// Rows with named columns. In the plan, a column has its own name; columns that no query can
/// name start with one `#`, and a `#` at the start of a real name is doubled.
pub(crate) struct Frame {
    plan: LogicalPlanBuilder,
    /// The columns, all of them cells.
    pub(crate) columns: Vec<Arc<str>>,
    nodes: usize,
}

/// A column by its hidden name, such as `#row`.
pub(crate) fn hidden(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// A null cell.
pub(crate) fn null_cell() -> Expr {
    let cell = ScalarValue::List(Arc::new(ListArray::new_null(cells::field(), 1)));
    lit(cell)
}

fn physical(name: &str) -> String {
    if name.starts_with('#') { format!("#{name}") } else { name.to_owned() }
}

impl Frame {
    /// Rows to begin with. A name that occurs twice keeps its last column.
    pub(crate) fn new(table: Table) -> Result<Self, Error> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (name, column) in table.names.into_iter().zip(table.columns) {
            if column.data_type() != &cells::data_type() {
                let message = format!("column `{name}` is {}", column.data_type());
                return Err(Error::internal(message));
            }
            if let Some(at) = names.iter().position(|n| *n == name) {
                names.remove(at);
                columns.remove(at);
            }
            names.push(name);
            columns.push(Arc::new(column));
        }
        let rows = columns.first().map_or(0, Array::len);
        let fields: Vec<Field> =
            names.iter().map(|name| Field::new(physical(name), cells::data_type(), true)).collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &options)
            .map_err(|e| Error::internal(e.to_string()))?;
        Self::scan(schema, &[batch], names)
    }

    fn scan(
        schema: SchemaRef,
        batches: &[RecordBatch],
        columns: Vec<Arc<str>>,
    ) -> Result<Self, Error> {
        let mut slices = Vec::new();
        for batch in batches {
            for from in (0..batch.num_rows()).step_by(BATCH_ROWS) {
                slices.push(batch.slice(from, BATCH_ROWS.min(batch.num_rows() - from)));
            }
        }
        let source = provider_as_source(Arc::new(MemTable::try_new(schema, vec![slices])?));
        let plan = LogicalPlanBuilder::scan("rows", source, None)?;
        let frame = Self { plan, columns, nodes: 0 };
        // From here on no column carries the table's name.
        frame.project(vec![])
    }

    /// The column as an expression, if it is there.
    pub(crate) fn column(&self, name: &str) -> Option<Expr> {
        self.columns
            .iter()
            .any(|c| **c == *name)
            .then(|| Expr::Column(Column::from_name(physical(name))))
    }

    /// The column as an expression, a null cell if it is not there.
    pub(crate) fn column_or_null(&self, name: &str) -> Expr {
        self.column(name).unwrap_or_else(null_cell)
    }

    /// The names that a pattern means.
    pub(crate) fn matching(&self, pattern: &str) -> Vec<Arc<str>> {
        let wanted = |name: &&Arc<str>| crate::patterns::matches(pattern, name);
        self.columns.iter().filter(wanted).cloned().collect()
    }

    /// Sets columns: in place where they exist, at the end where not. Expressions see the columns
    /// as they were; of two with the same name the last counts.
    pub(crate) fn set(self, new: Vec<(Arc<str>, Expr)>) -> Result<Self, Error> {
        let mut columns: Vec<(Arc<str>, Expr)> =
            self.columns.iter().map(|name| (name.clone(), self.column_or_null(name))).collect();
        for (name, value) in new {
            match columns.iter_mut().find(|(n, _)| *n == name) {
                Some(column) => column.1 = value,
                None => columns.push((name, value)),
            }
        }
        self.select(columns)
    }

    /// Replaces all columns. Names must be distinct.
    pub(crate) fn select(mut self, columns: Vec<(Arc<str>, Expr)>) -> Result<Self, Error> {
        let mut exprs: Vec<Expr> =
            columns.iter().map(|(name, value)| value.clone().alias(physical(name))).collect();
        if exprs.is_empty() {
            exprs.push(lit(true).alias("#none"));
        }
        self.plan = self.plan.project(exprs)?;
        self.nodes += 1;
        self.columns = columns.into_iter().map(|(name, _)| name).collect();
        Ok(self)
    }

    /// Keeps the columns as they are and adds hidden ones, which live until the next projection.
    pub(crate) fn project(mut self, extra: Vec<(&str, Expr)>) -> Result<Self, Error> {
        let named = self.columns.iter().map(|name| {
            let name = physical(name);
            Expr::Column(Column::from_name(&name)).alias(name)
        });
        let mut exprs: Vec<Expr> =
            named.chain(extra.into_iter().map(|(name, value)| value.alias(name))).collect();
        if exprs.is_empty() {
            exprs.push(lit(true).alias("#none"));
        }
        self.plan = self.plan.project(exprs)?;
        self.nodes += 1;
        Ok(self)
    }

    /// Any other plan node, which keeps the columns.
    pub(crate) fn node(
        mut self,
        build: impl FnOnce(LogicalPlanBuilder) -> datafusion::error::Result<LogicalPlanBuilder>,
    ) -> Result<Self, Error> {
        self.plan = build(self.plan)?;
        self.nodes += 1;
        Ok(self)
    }

    /// The same with other columns, which the caller has checked to be there.
    #[must_use]
    pub(crate) fn renamed(mut self, columns: Vec<Arc<str>>) -> Self {
        self.columns = columns;
        self
    }

    /// Runs what was built and begins a new plan, if the plan has become deep.
    pub(crate) fn shallow(self, run: &mut Run<'_>) -> Result<Self, Error> {
        let wide = self.nodes * self.columns.len() > MOST_EXPRESSIONS;
        let deep = self.nodes >= MOST_NODES || (wide && self.nodes >= FEWEST_NODES);
        if deep { self.restart(run) } else { Ok(self) }
    }

    /// Runs what was built and begins a new plan.
    pub(crate) fn restart(self, run: &mut Run<'_>) -> Result<Self, Error> {
        let columns = self.columns.clone();
        let (schema, batches) = self.execute(run)?;
        Self::scan(schema, &batches, columns)
    }

    /// Calls `f` with every row's cell of a column: runs what was built first.
    pub(crate) fn each_cell(
        self,
        run: &mut Run<'_>,
        column: &str,
        mut f: impl FnMut(&mut dyn Iterator<Item = &str>),
    ) -> Result<Self, Error> {
        let columns = self.columns.clone();
        let (schema, batches) = self.execute(run)?;
        if let Some(at) = columns.iter().position(|c| **c == *column) {
            for batch in &batches {
                let cells = cells::Cells::of(batch.column(at).as_ref())?;
                for row in 0..batch.num_rows() {
                    f(&mut cells.texts(row));
                }
            }
        }
        Self::scan(schema, &batches, columns)
    }

    /// Runs what was built.
    pub(crate) fn finish(self, run: &mut Run<'_>) -> Result<Table, Error> {
        let names = self.columns.clone();
        let (schema, batches) = self.execute(run)?;
        let whole = arrow_concat(&schema, &batches)?;
        let cell = |array: &ArrayRef| {
            array.as_any().downcast_ref::<ListArray>().cloned().ok_or_else(|| {
                Error::internal(format!("a result is {}, not cells", array.data_type()))
            })
        };
        let columns: Vec<ListArray> =
            whole.columns().iter().take(names.len()).map(cell).collect::<Result<_, _>>()?;
        Ok(Table { names, columns })
    }

    fn execute(self, run: &mut Run<'_>) -> Result<(SchemaRef, Vec<RecordBatch>), Error> {
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|name| Field::new(physical(name), cells::data_type(), true))
            .collect();
        // Without columns there are still rows, which a hidden column carries.
        let frame = self.project(vec![])?;
        let plan = frame.plan.build()?;
        let done = session::execute(&plan, run.context.memory_limit, run.explaining)?;
        run.plans.extend(done.text);
        let schema: SchemaRef = if fields.is_empty() {
            Arc::new(Schema::new(vec![Field::new("#none", DataType::Boolean, false)]))
        } else {
            Arc::new(Schema::new(fields))
        };
        let adopt = |batch: RecordBatch| {
            RecordBatch::try_new(schema.clone(), batch.columns().to_vec())
                .map_err(|e| Error::internal(e.to_string()))
        };
        let batches = done.batches.into_iter().map(adopt).collect::<Result<_, _>>()?;
        Ok((schema, batches))
    }
}

fn arrow_concat(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch, Error> {
    datafusion::arrow::compute::concat_batches(schema, batches)
        .map_err(|e| Error::internal(e.to_string()))
}
