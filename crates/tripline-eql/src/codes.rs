//! Everything that this crate can say.

use tripline_diag::Code;

/// All codes, for the reference.
pub static CODES: &[&Code] = &[
    &TOKEN,
    &SYNTAX,
    &DEPTH,
    &UNKNOWN_FIELD,
    &UNKNOWN_FUNCTION,
    &ARGUMENTS,
    &TYPE,
    &FIELD_COMPARISON,
    &NETWORK,
    &REGEX,
    &CONSTANT,
    &SEQUENCE,
    &KEYS,
    &PIPE,
    &UNSUPPORTED,
    &LITERAL_WILDCARD,
];

/// `EQL001`
pub static TOKEN: Code = Code::new(
    "EQL001",
    "not a token",
    "A character, text, number or comment cannot be read. Texts stand in double quotes, a \
     backslash in them is written twice, and `=` alone is no operator.",
);
/// `EQL002`
pub static SYNTAX: Code = Code::new(
    "EQL002",
    "syntax error",
    "The query does not follow the grammar of EQL at this place. Keywords are lower case; a field \
     whose name is a keyword or has unusual characters stands in backticks.",
);
/// `EQL003`
pub static DEPTH: Code = Code::new(
    "EQL003",
    "too deep",
    "The expression is nested deeper than any rule needs. Flatten it: lists and chains of `and` \
     and `or` may be of any length.",
);
/// `EQL004`
pub static UNKNOWN_FIELD: Code = Code::new(
    "EQL004",
    "unknown field",
    "The data has no such field, so the product would refuse the query. Correct the name, or write \
     `?` before it if some sources lack it; it is then null.",
);
/// `EQL005`
pub static UNKNOWN_FUNCTION: Code = Code::new(
    "EQL005",
    "unknown function",
    "EQL has no function of that name. Names are read without regard to case.",
);
/// `EQL006`
pub static ARGUMENTS: Code = Code::new(
    "EQL006",
    "wrong number of arguments",
    "The function takes another number of arguments; the message says how many.",
);
/// `EQL007`
pub static TYPE: Code = Code::new(
    "EQL007",
    "type mismatch",
    "An operator or a function got a value of a type that it does not take, for example a text \
     where the field holds numbers. `string()` and `number()` convert.",
);
/// `EQL008`
pub static FIELD_COMPARISON: Code = Code::new(
    "EQL008",
    "comparison of two fields",
    "One side of an operator must be constant. Two fields can be compared by a function: \
     `startsWith(a, b) and endsWith(a, b)`.",
);
/// `EQL009`
pub static NETWORK: Code = Code::new(
    "EQL009",
    "not a network or address",
    "Networks are written `10.0.0.0/8` or `fe80::/10`; an address alone is a network of one.",
);
/// `EQL010`
pub static REGEX: Code = Code::new(
    "EQL010",
    "regular expression",
    "The expression is not valid in Lucene's syntax, or has a complement (`~`) of a pattern or an \
     intersection (`&`) inside a larger expression. By themselves, and as parts of a union, they \
     are fine, and so is a complement of plain letters anywhere: `a~bc`.",
);
/// `EQL011`
pub static CONSTANT: Code = Code::new(
    "EQL011",
    "constant expected",
    "Patterns, networks and the members of a list must be constants.",
);
/// `EQL012`
pub static SEQUENCE: Code = Code::new(
    "EQL012",
    "malformed sequence",
    "A sequence has at least two steps (`with runs=n` counts n), runs are 1 to 100, `maxspan` is a \
     positive whole number with a unit, and a missing event needs a `maxspan` and a step that \
     does occur. A sample has no runs and no missing events.",
);
/// `EQL013`
pub static KEYS: Code = Code::new(
    "EQL013",
    "join keys",
    "Join keys are fields, and each step has the same number of them, of matching types. A sample \
     has at least one.",
);
/// `EQL014`
pub static PIPE: Code = Code::new(
    "EQL014",
    "unknown pipe",
    "The pipes are `head n` and `tail n`, with a whole number that is not negative. A sample takes \
     none.",
);
/// `EQL015`
pub static UNSUPPORTED: Code = Code::new(
    "EQL015",
    "not supported",
    "Part of another dialect of EQL (`child of`, `event of`) that Elasticsearch does not run either. \
     The rule is listed as not run.",
);
/// `EQL016`
pub static LITERAL_WILDCARD: Code = Code::new(
    "EQL016",
    "literal wildcard",
    "`==`, `!=`, `in` and `in~` compare letter by letter: `*` is an asterisk there. A pattern \
     takes `:` or `like`.",
);
