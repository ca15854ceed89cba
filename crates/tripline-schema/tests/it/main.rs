//! The embedded catalogues and mapping files, checked as data.

mod embedded;
mod files;
mod tables;
