//! Functions by the names that searches use. A long table; the semantics are the kernels'.

const MANY: usize = usize::MAX;

/// A function of `eval` and `where`.
pub(crate) struct Function {
    /// Lower case.
    pub(crate) name: &'static str,
    /// The kernel.
    pub(crate) kernel: &'static str,
    /// Fewest and most arguments.
    pub(crate) arity: (usize, usize),
    /// Which argument is a regular expression.
    pub(crate) regex: Option<usize>,
    /// Whether it gives a truth value.
    pub(crate) truth: bool,
}

const fn f(name: &'static str, kernel: &'static str, fewest: usize, most: usize) -> Function {
    Function { name, kernel, arity: (fewest, most), regex: None, truth: false }
}

const fn test(name: &'static str, kernel: &'static str, fewest: usize, most: usize) -> Function {
    Function { name, kernel, arity: (fewest, most), regex: None, truth: true }
}

const fn regex(mut function: Function, arg: usize) -> Function {
    function.regex = Some(arg);
    function
}

/// All functions that can be run, in alphabetic order.
pub(crate) static FUNCTIONS: &[Function] = &[
    f("abs", "mv.abs", 1, 1),
    f("case", "mv.case", 2, MANY),
    f("ceil", "mv.ceiling", 1, 1),
    f("ceiling", "mv.ceiling", 1, 1),
    test("cidrmatch", "mv.cidrmatch", 2, 2),
    f("coalesce", "mv.coalesce", 1, MANY),
    f("exp", "mv.exp", 1, 1),
    test("false", "mv.false", 0, 0),
    f("floor", "mv.floor", 1, 1),
    f("if", "mv.if", 3, 3),
    test("in", "mv.in", 2, MANY),
    test("isbool", "mv.isbool", 1, 1),
    test("isint", "mv.isint", 1, 1),
    test("isnotnull", "mv.isnotnull", 1, 1),
    test("isnull", "mv.isnull", 1, 1),
    test("isnum", "mv.isnum", 1, 1),
    test("isstr", "mv.isstr", 1, 1),
    f("len", "mv.len", 1, 1),
    test("like", "mv.like", 2, 2),
    f("ln", "mv.ln", 1, 1),
    f("log", "mv.log", 1, 2),
    f("lower", "mv.lower", 1, 1),
    f("ltrim", "mv.ltrim", 1, 2),
    regex(test("match", "mv.match", 2, 2), 1),
    f("max", "mv.max", 1, MANY),
    f("min", "mv.min", 1, MANY),
    f("mvappend", "mv.mvappend", 1, MANY),
    f("mvcount", "mv.mvcount", 1, 1),
    f("mvdedup", "mv.mvdedup", 1, 1),
    regex(f("mvfind", "mv.mvfind", 2, 2), 1),
    f("mvindex", "mv.mvindex", 2, 3),
    f("mvjoin", "mv.mvjoin", 2, 2),
    f("mvrange", "mv.mvrange", 2, 3),
    f("mvsort", "mv.mvsort", 1, 1),
    f("mvzip", "mv.mvzip", 2, 3),
    f("now", "mv.now", 0, 0),
    f("null", "mv.null", 0, 0),
    f("nullif", "mv.nullif", 2, 2),
    f("pow", "mv.pow", 2, 2),
    f("relative_time", "mv.relative_time", 2, 2),
    regex(f("replace", "mv.replace", 3, 3), 1),
    f("round", "mv.round", 1, 2),
    f("rtrim", "mv.rtrim", 1, 2),
    f("split", "mv.split", 2, 2),
    f("sqrt", "mv.sqrt", 1, 1),
    f("strftime", "mv.strftime", 2, 2),
    f("strptime", "mv.strptime", 2, 2),
    f("substr", "mv.substr", 2, 3),
    f("time", "mv.now", 0, 0),
    f("tonumber", "mv.tonumber", 1, 2),
    f("tostring", "mv.tostring", 1, 2),
    f("trim", "mv.trim", 1, 2),
    test("true", "mv.true", 0, 0),
    f("typeof", "mv.typeof", 1, 1),
    f("upper", "mv.upper", 1, 1),
    f("urldecode", "mv.urldecode", 1, 1),
    f("validate", "mv.validate", 2, MANY),
];

/// Functions that exist in Splunk and are not run here.
pub(crate) const UNSUPPORTED: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bit_and",
    "bit_not",
    "bit_or",
    "bit_shift_left",
    "bit_shift_right",
    "bit_xor",
    "commands",
    "cos",
    "cosh",
    "exact",
    "hypot",
    "ipmask",
    "json",
    "json_append",
    "json_array",
    "json_array_to_mv",
    "json_delete",
    "json_entries",
    "json_extend",
    "json_extract",
    "json_extract_exact",
    "json_has_key_exact",
    "json_keys",
    "json_object",
    "json_set",
    "json_set_exact",
    "json_valid",
    "lookup",
    "md5",
    "mv_to_json_array",
    "mvfilter",
    "mvmap",
    "mvreverse",
    "pi",
    "printf",
    "random",
    "searchmatch",
    "sha1",
    "sha256",
    "sha512",
    "sigfig",
    "sin",
    "sinh",
    "spath",
    "tan",
    "tanh",
    "toarray",
    "tobool",
    "todouble",
    "toint",
    "tojson",
    "tomv",
    "toobject",
    "cluster",
    "getfields",
    "isarray",
    "isdouble",
    "ismv",
    "isobject",
    "avg",
    "sum",
];

/// The function of that name (lower case).
pub(crate) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

/// Aggregate functions: as searches write them, and the kernel.
const AGGREGATES: &[(&str, &str)] = &[
    ("avg", "avg"),
    ("c", "count"),
    ("count", "count"),
    ("dc", "distinct_count"),
    ("distinct_count", "distinct_count"),
    ("earliest", "earliest"),
    ("earliest_time", "earliest_time"),
    ("estdc", "distinct_count"),
    ("first", "first"),
    ("last", "last"),
    ("latest", "latest"),
    ("latest_time", "latest_time"),
    ("list", "list"),
    ("max", "max"),
    ("mean", "avg"),
    ("median", "median"),
    ("min", "min"),
    ("mode", "mode"),
    ("range", "range"),
    ("stdev", "stdev"),
    ("stdevp", "stdevp"),
    ("sum", "sum"),
    ("sumsq", "sumsq"),
    ("values", "values"),
    ("var", "var"),
    ("varp", "varp"),
];

/// Aggregate functions that exist in Splunk and are not run here.
pub(crate) const UNSUPPORTED_AGGREGATES: &[&str] = &[
    "sparkline",
    "rate",
    "rate_avg",
    "rate_sum",
    "per_day",
    "per_hour",
    "per_minute",
    "per_second",
];

/// The kernel of an aggregate function, and its percentile if it is one (`p95`, `perc95`,
/// `exactperc95`, `upperperc95`).
pub(crate) fn aggregate(name: &str) -> Option<(&'static str, Option<f64>)> {
    let name = name.to_ascii_lowercase();
    if let Some((_, kernel)) = AGGREGATES.iter().find(|(n, _)| *n == name) {
        return Some((kernel, None));
    }
    let number =
        ["exactperc", "upperperc", "perc", "p"].iter().find_map(|p| name.strip_prefix(p))?;
    let percentile: f64 = number.parse().ok()?;
    ((0.0..=100.0).contains(&percentile)).then_some(("percentile", Some(percentile)))
}

/// All names of aggregate functions, for suggestions.
pub(crate) fn aggregate_names() -> impl Iterator<Item = &'static str> {
    AGGREGATES.iter().map(|(name, _)| *name)
}
