//! Integration tests of Sigma's front end.

mod corpus;
