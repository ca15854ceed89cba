//! What this front end can say.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $page:literal;)*) => {
        $(pub(crate) static $name: Code = Code::new($id, $title, $page);)*
        /// All codes of this front end, in order.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    SYNTAX = "SPL001", "syntax error",
        "The text is not a search that Splunk would accept: a value, a name, a bracket or an \
         operator is missing at the marked place.";
    UNTERMINATED = "SPL002", "text or bracket is not closed",
        "A double quote or a bracket is opened and never closed, so the rest of the search belongs \
         to it. Remember that `\\\"` inside quotes is a quote and `\\\\` a backslash.";
    TOO_DEEP = "SPL003", "nested too deeply",
        "Parentheses, `NOT`s or operators are nested deeper than any person writes. The limit \
         protects the machine.";
    UNKNOWN_MACRO = "SPL010", "unknown macro",
        "The search calls a macro that is in none of the loaded macro files. Macros are text: \
         without the definition nothing can be said about what the search means.";
    MACRO_ARITY = "SPL011", "macro with other arguments",
        "The macro exists, but not with this number of arguments. A macro's name and its number of \
         arguments together identify it.";
    MACRO_CYCLE = "SPL012", "macro calls itself",
        "The macro's definition leads back to itself, directly or through other macros.";
    MACRO_SIZE = "SPL013", "macros expand to too much text",
        "The expanded search is larger than a megabyte, or makes more than 10,000 calls.";
    FILTER_MACRO = "SPL014", "filter macro without a definition",
        "Macros that end in `_filter` are the place for a site's own exclusions. One that nobody \
         defined keeps everything (`search *`), as the vendor ships it.";
    UNKNOWN_COMMAND = "SPL020", "unknown command",
        "There is no command of that name.";
    UNSUPPORTED_COMMAND = "SPL021", "command not supported yet",
        "The command exists in Splunk and is understood as such, but cannot be run here yet. The \
         rule is listed as not run; nothing is left out in silence.";
    UNSUPPORTED_OPTION = "SPL022", "option or form not supported yet",
        "The command is supported, but not in this form.";
    SUBSEARCH = "SPL023", "subsearch not supported yet",
        "A search in square brackets has to be run first, and its rows become part of the outer \
         search. This is not supported yet.";
    TIME_RANGE = "SPL024", "time range inside the search",
        "`earliest` and `latest` inside the search override the schedule's window. This is not \
         supported yet; put the range into the schedule.";
    NOT_GENERATING = "SPL025", "command cannot start a search",
        "The command works on the rows of a command before it.";
    NOT_FIRST = "SPL026", "command must come first",
        "The command makes rows from events or tables and can only stand at the start.";
    UNKNOWN_FUNCTION = "SPL030", "unknown function",
        "There is no function of that name.";
    UNSUPPORTED_FUNCTION = "SPL031", "function not supported yet",
        "The function exists in Splunk, but cannot be run here yet.";
    FUNCTION_ARITY = "SPL032", "wrong number of arguments",
        "The function takes another number of arguments.";
    REGEX = "SPL033", "regular expression is not valid",
        "The regular expression is not valid, or too large.";
    REGEX_LOOKAROUND = "SPL034", "regular expression needs backtracking",
        "Lookaround and back references cannot be matched in linear time and are not supported \
         yet.";
    UNKNOWN_LOOKUP = "SPL040", "unknown lookup",
        "The search uses a lookup table that is not loaded.";
    UNKNOWN_LOOKUP_COLUMN = "SPL041", "lookup has no such column",
        "The lookup table is there, but not the column.";
    MIXED_OR = "SPL101", "AND and OR without parentheses",
        "In a search expression `OR` binds tighter than `AND`, and two terms side by side are joined \
         by `AND`: `a b OR c` means `a AND (b OR c)`. In `where` and `eval` it is the other way \
         round. The search runs as Splunk reads it; write the parentheses to make sure that \
         this is what was meant.";
    UNKNOWN_DATASET = "SPL102", "data model or dataset is not in the catalogue",
        "No loaded source feeds this dataset, so the search finds nothing until a mapping does.";
    DATASET_PREFIX = "SPL103", "field is not of the dataset",
        "Field names are case-sensitive, and in `tstats` they carry the dataset's name. A field with \
         another prefix, or another spelling of it, never has a value: the clause can never match.";
    UNKNOWN_FIELD = "SPL104", "dataset has no such field",
        "The dataset does not declare the field, so it never has a value: the clause can never match.";
    EVAL_DOT = "SPL105", "a dot joins two fields",
        "Outside quotes a dot in `eval` and `where` joins texts. A field whose name has a dot is \
         written in single quotes.";
    TIME_BUCKET = "SPL106", "time bucket without a span",
        "`tstats ... by _time` without `span` leaves the size of the buckets to the product. One \
         second is used here.";
    LEADING_PIPE = "SPL107", "the leading `|` is missing",
        "Without a leading `|` a search begins with words to look for, also when the first of them is \
         the name of a command that makes rows.";
}
