//! Tests of the SPL front end through its public functions.

mod corpus;
