//! Aggregate functions over multivalue cells. Under construction.
