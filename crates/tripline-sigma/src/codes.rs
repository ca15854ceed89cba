//! All that Sigma's front end can say.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of this crate's own stages; those of correlations, filters and pipelines are
        /// beside them.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    YAML "SIG001" "not YAML"
"The file does not read as YAML 1.2. Common reasons: a value that starts with `*`, `%`, `@` or `{` \
and has no quotes, a tab in front of a key, a colon and a blank inside of a value without quotes, an \
indentation that fits no line above. Values with backslashes stand best in single quotes, where YAML \
changes nothing."

    DUPLICATE_KEY "SIG002" "key that stands twice"
"A map has the same key twice. Most readers keep one of them and drop the other without a word, so \
a condition of the rule is lost. Two conditions on one field are written with different modifiers, \
as a list of values with `all`, or as two selections."

    TOO_DEEP "SIG003" "nested too deep"
"Lists and maps may be nested 64 deep, conditions too. No rule that a person wrote comes near."

    ALIASES "SIG004" "aliases out of hand"
"An alias (`*name`) repeats what an anchor (`&name`) names. Here they repeat each other until \
nobody could hold the result, or one stands inside of what it names."

    NOT_A_MAP "SIG005" "document that is not a map"
"A rule is a map with keys such as `title`, `logsource` and `detection`. This document is a list or \
a single value."

    ACTION "SIG006" "action that makes no sense"
"Older files make several rules from parts: `action: global` gives its keys to all documents after \
it, `action: reset` ends that, `action: repeat` takes the document before it once more and changes \
what it says. Nothing else exists. Files of today repeat the keys, or use a correlation."

    MISSING "SIG007" "missing part"
"A rule about events needs a `logsource`, and a `detection` with at least one selection and a \
`condition`. Without one of them nothing can be matched."

    SHAPE "SIG008" "value of the wrong shape"
"Something is a list, a map or a single value where it must be another. A selection is a map of \
fields (all must match), a list of maps (one must match) or a list of keywords; a field's value is a \
single value or a list of them; a condition is text or a list of texts."
}
