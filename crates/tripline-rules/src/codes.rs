//! All that this crate has to say, by code.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of this crate, for the reference pages.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    UNREADABLE "RUL001" "a path cannot be read"
        "The file or folder does not exist, or may not be read, or is not UTF-8 text, or is larger than a rule file can be. The other paths are loaded."
    NO_RULES "RUL002" "a folder has no rules"
        "Nothing in the folder is a rule. Elastic's rules are TOML files with a `[rule]` table, Splunk's are YAML files with `search` and `id`."
    NOT_A_RULE "RUL003" "a file is not a rule"
        "The file was named, so it is expected to be a rule, but it is none. In folders such files are skipped."
    SYNTAX "RUL004" "a file is not valid TOML or YAML"
        "The file cannot be read past the place shown. Its rule is not loaded; the others are."
    MISSING_KEY "RUL005" "a rule lacks a key that it cannot do without"
        "Without an id, a name, a type or (for most types) a query there is no rule to run. The rule is not loaded; the others are."
    UNKNOWN_KEY "RUL006" "a key that nobody knows"
        "The key is in no version of the format. It is ignored; if it is a misspelling, the setting that was meant has its default."
    BAD_VALUE "RUL007" "a value that does not fit its key"
        "The value has another type or another form than the key wants. The default is used instead."
    DUPLICATE "RUL008" "two rules have the same id"
        "An id names one rule: alerts are told apart by it. The first file in the order of paths is kept."
    KIND_NOT_RUN "RUL009" "a kind of rule that is not run yet"
        "The rule is loaded and listed, but rules of this kind do not run in this version. This is not the same as running and finding nothing."
    LANGUAGE_NOT_RUN "RUL010" "a language that is not run yet"
        "The rule is loaded and listed, but its language does not run in this version. This is not the same as running and finding nothing."
    UNKNOWN_VERSION "RUL011" "a version that the rule does not have"
        "The rule's file gives the query of some older versions; the one that was asked for is not among them."
    NO_SUCH_RULE "RUL012" "an exception for a rule that is not loaded"
        "The exceptions file names a rule by its id, its name or its file's name. None of the loaded rules has it, so the exception has no effect."
    BAD_EXCEPTION "RUL013" "an exception that cannot be read"
        "The exception is left out, and the alerts that it would have excluded are raised."
    BAD_ASSETS "RUL014" "an asset table that cannot be read"
        "An asset table is a CSV file with a header; one column (`cidr` or `ip`) holds an address or a network, one (`category`) its categories, several separated by `|`."
    BAD_LOOKUP "RUL015" "a lookup that cannot be read"
        "The lookup's definition names a file that does not exist, names itself, or is kept in a store that only the product has."
    MISPLACED_KEY "RUL016" "a key of another type of rule"
        "The product reads the key for rules of another type only. Here it does nothing; if it was meant to do something, the rule's `type` is wrong."
    NOT_UNDERSTOOD "RUL017" "a filter that is not run yet"
        "The rule has a condition beside its query (`filters`) that this version does not read. It does not run, because it would fire on what its author excluded."
    MOVING_WINDOW "RUL018" "a window whose length changes with the calendar"
        "Date math that rounds (`now-1d/d`) or counts months reaches further back at some times than at others. The window is taken as the longest that it can be, so that the rule sees every event that the product might have shown it."
    HISTORY_TOO_SHORT "RUL019" "a history that does not start before the rule's window"
        "A rule of new terms asks whether a value was seen between the start of its history and the start of its window (`from`). Here nothing lies between the two, which the product refuses. Let `history_window_start` reach further back."
    NO_SAVED_QUERY "RUL020" "a saved query that the file does not carry"
        "Rules of type `saved_query` name a query that is kept in the product. The file has no copy of it under `query`, so there is nothing to run."
    EMPTY_WINDOW "RUL101" "the look-back is shorter than the interval"
        "The rule looks back less far than the time between its runs, so events between the two are never searched."
    UNBOUNDED_SEQUENCE "RUL102" "a sequence without maxspan"
        "Without `maxspan` the steps may lie as far apart as the look-back allows, so the result depends on the schedule, and the state that is kept grows with it."
    DEAD_FIELD "RUL103" "a field that no source has"
        "No source in the mappings produces the field, so a test on it is always false."
    DEAD_INDEX "RUL104" "an index pattern that no source matches"
        "No source in the mappings has an index of that name, so the pattern adds nothing. Documents that name their own index may still match it."
    NO_TECHNIQUE "RUL105" "a rule without an ATT&CK technique"
        "Coverage and the catalogue of false positives are kept by technique; the rule is in neither."
    LOST_TOKEN "RUL106" "a risk field that the results do not have"
        "The risk message, a risk object or a threat object names a column that the search does not return. Its token stays unreplaced, or its risk event is not written."
    LOST_FILTER "RUL107" "an exception on a column that the results do not have"
        "The search's results do not carry the column, so the exception never holds. On a data model's search, name a field of the data model: it is tested on the events."
}
