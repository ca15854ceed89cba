//! Commands: each one's syntax, documentation and lowering in one file, and one line here.

mod bin;
mod convert;
mod dedup;
mod eval;
mod fields;
mod fillnull;
mod head;
mod iplocation;
mod lookup;
mod mvexpand;
mod regex;
mod rename;
mod rex;
mod search;
mod sort;
mod stats;
mod table;
mod tail;
pub(crate) mod tstats;
mod where_;

use crate::ast::CommandKind;
use crate::lower::Lowering;
use crate::parser::Arguments;

/// A command.
pub struct Command {
    /// Its name, lower case.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// Its form in short.
    pub syntax: &'static str,
    /// What it does and how it differs from what one might expect.
    pub doc: &'static str,
    pub(crate) parse: fn(&mut Arguments<'_>) -> CommandKind,
    /// Adds the command's stages; the command is not the first one.
    pub(crate) lower: fn(&CommandKind, &mut Lowering<'_>),
}

/// All commands that can be run, in alphabetic order.
pub static COMMANDS: &[&Command] = &[
    &bin::BIN,
    &convert::CONVERT,
    &dedup::DEDUP,
    &eval::EVAL,
    &fields::FIELDS,
    &fillnull::FILLNULL,
    &head::HEAD,
    &iplocation::IPLOCATION,
    &lookup::LOOKUP,
    &mvexpand::MVEXPAND,
    &regex::REGEX,
    &rename::RENAME,
    &rex::REX,
    &search::SEARCH,
    &sort::SORT,
    &stats::STATS,
    &table::TABLE,
    &tail::TAIL,
    &tstats::TSTATS,
    &where_::WHERE,
];

/// Commands that exist in Splunk or in apps that rules use, and are not run here.
pub(crate) const UNSUPPORTED: &[&str] = &[
    "abstract",
    "accum",
    "addcoltotals",
    "addinfo",
    "addtotals",
    "analyzefields",
    "anomalies",
    "anomalousvalue",
    "anomalydetection",
    "append",
    "appendcols",
    "appendpipe",
    "apply",
    "arules",
    "associate",
    "autoregress",
    "bucketdir",
    "chart",
    "cluster",
    "cofilter",
    "collect",
    "concurrency",
    "contingency",
    "correlate",
    "cyberchef",
    "datamodel",
    "dbinspect",
    "delete",
    "delta",
    "diff",
    "erex",
    "eventcount",
    "eventstats",
    "extract",
    "fieldformat",
    "fieldsummary",
    "filldown",
    "findtypes",
    "fit",
    "folderize",
    "foreach",
    "format",
    "from",
    "fromjson",
    "gauge",
    "gentimes",
    "geom",
    "geostats",
    "highlight",
    "history",
    "iconify",
    "inputcsv",
    "inputlookup",
    "join",
    "kmeans",
    "kv",
    "kvform",
    "loadjob",
    "localize",
    "makecontinuous",
    "makemv",
    "makeresults",
    "map",
    "mcollect",
    "metadata",
    "mstats",
    "multikv",
    "multisearch",
    "mvcombine",
    "nomv",
    "outlier",
    "outputcsv",
    "outputlookup",
    "overlap",
    "pivot",
    "predict",
    "rangemap",
    "rare",
    "redistribute",
    "relevancy",
    "reltime",
    "replace",
    "require",
    "rest",
    "return",
    "reverse",
    "rtorder",
    "savedsearch",
    "selfjoin",
    "sendalert",
    "sendemail",
    "set",
    "setfields",
    "sichart",
    "sistats",
    "spath",
    "streamstats",
    "strcat",
    "summary",
    "tags",
    "timechart",
    "timewrap",
    "tojson",
    "top",
    "transaction",
    "transpose",
    "trendline",
    "tscollect",
    "typeahead",
    "typelearner",
    "typer",
    "union",
    "uniq",
    "untable",
    "walklex",
    "x11",
    "xmlkv",
    "xmlunescape",
    "xpath",
    "xyseries",
];

/// The command of that name (lower case).
pub(crate) fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().copied().find(|c| c.name == name || c.aliases.contains(&name))
}

/// All names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().flat_map(|c| std::iter::once(c.name).chain(c.aliases.iter().copied()))
}
