//! DataFusion as we use it: one partition, no rule that may reorder rows, blocking.

use crate::error::Error;
use arrow_array::RecordBatch;
use datafusion::execution::TaskContext;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_optimizer::combine_partial_final_agg::CombinePartialFinalAggregate;
use datafusion::physical_plan::{ExecutionPlan, collect, displayable};
use datafusion::prelude::SessionConfig;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Rows per batch.
pub(crate) const BATCH_ROWS: usize = 8192;

/// Sorts are written into the plan where order counts, and no function's types are coerced, so
/// the plan as built is the plan to run. Rules that enforce or remove sorts do not know that
/// `list` and `first` depend on the order of rows.
static SESSION: LazyLock<SessionState> = LazyLock::new(|| {
    let config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
    SessionStateBuilder::new()
        .with_config(config)
        .with_analyzer_rules(vec![])
        .with_optimizer_rules(vec![])
        .with_physical_optimizer_rules(vec![Arc::new(CombinePartialFinalAggregate::new())])
        .build()
});

/// What a plan gives.
pub(crate) struct Executed {
    pub(crate) batches: Vec<RecordBatch>,
    /// The physical plan, if it was asked for.
    pub(crate) text: Option<String>,
}

/// Plans and runs.
pub(crate) fn execute(
    plan: &LogicalPlan,
    memory_limit: usize,
    explain: bool,
) -> Result<Executed, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|e| Error::internal(e.to_string()))?;
    runtime.block_on(async {
        let physical = SESSION.create_physical_plan(plan).await?;
        let text = explain.then(|| displayable(physical.as_ref()).indent(false).to_string());
        let batches = run(physical, memory_limit).await?;
        Ok(Executed { batches, text })
    })
}

async fn run(plan: Arc<dyn ExecutionPlan>, memory_limit: usize) -> Result<Vec<RecordBatch>, Error> {
    // Nothing is written to disk: what does not fit is an error that a person sees.
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let environment = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(memory_limit)))
        .with_disk_manager_builder(disk)
        .build_arc()?;
    let task = TaskContext::new(
        None,
        "pipeline".to_owned(),
        SESSION.config().clone(),
        HashMap::new(),
        HashMap::new(),
        HashMap::new(),
        HashMap::new(),
        environment,
    );
    Ok(collect(plan, Arc::new(task)).await?)
}
