//! What a pipeline may say.

use tripline_diag::Code;

/// All codes.
pub static CODES: &[&Code] = &[
    &CANNOT_EVALUATE,
    &UNKNOWN_AGGREGATE,
    &BAD_PATTERN,
    &UNKNOWN_LOOKUP,
    &UNKNOWN_LOOKUP_COLUMN,
    &BAD_SPAN,
    &OUT_OF_MEMORY,
    &INTERNAL,
    &NO_GEOIP,
    &MISSING_KEY,
    &DUPLICATE_COLUMN,
];

pub(crate) static CANNOT_EVALUATE: Code = Code::new(
    "PIPE001",
    "expression or condition cannot be evaluated",
    "A function does not exist, has a wrong number of arguments, a literal does not read as what \
     it is compared as, or the nesting is too deep.",
);
pub(crate) static UNKNOWN_AGGREGATE: Code = Code::new(
    "PIPE002",
    "unknown aggregate function",
    "There is no aggregate function of that name.",
);
pub(crate) static BAD_PATTERN: Code = Code::new(
    "PIPE003",
    "regular expression cannot be used",
    "The expression is not valid, needs what a linear-time engine does not have (look-around, \
     back-references), is too large, or has no named group to extract.",
);
pub(crate) static UNKNOWN_LOOKUP: Code =
    Code::new("PIPE004", "unknown lookup", "No lookup table of that name was loaded.");
pub(crate) static UNKNOWN_LOOKUP_COLUMN: Code =
    Code::new("PIPE005", "unknown lookup column", "The lookup table has no column of that name.");
pub(crate) static BAD_SPAN: Code = Code::new(
    "PIPE006",
    "bucket size is not a positive number",
    "Values are rounded down to multiples of the span, which must be greater than 0.",
);
pub(crate) static OUT_OF_MEMORY: Code = Code::new(
    "PIPE007",
    "pipeline needs more memory than it may use",
    "Grouping or sorting the rows would take more memory than the limit. Narrow the search, or \
     raise the limit.",
);
pub(crate) static INTERNAL: Code = Code::new(
    "PIPE008",
    "pipeline failed in itself",
    "This is a defect of the program, not of the query. Please report it with the query.",
);
pub(crate) static NO_GEOIP: Code = Code::new(
    "PIPE009",
    "no GeoIP database",
    "The pipeline asks for the place of an address, and no database was given. The columns are \
     empty.",
);
pub(crate) static MISSING_KEY: Code = Code::new(
    "PIPE010",
    "grouping by a column that is not there",
    "No row has a value in that column, and rows without a value in a grouping column are \
     dropped, so there is no result.",
);
pub(crate) static DUPLICATE_COLUMN: Code = Code::new(
    "PIPE011",
    "two results with the same name",
    "Two results of an aggregation have the same name. The later one is kept.",
);
