//! What there is to say about correlations.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of correlations.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    MISSING "SIG101" "correlation without a part that it needs"
"A correlation needs a `type`, the `rules` that it is about, a `timespan`, and a `condition` (those of \
type `temporal` and `temporal_ordered` have one: all rules occur). Where values are counted or reckoned \
with, the condition names their `field`; a percentile says which one (`percentile: 95`)."

    VALUE "SIG102" "part of a correlation that cannot be"
"A part has another form than it must have. `type` is one of `event_count`, `value_count`, `temporal`, \
`temporal_ordered`, `value_sum`, `value_avg`, `value_percentile` and `value_median`; a timespan is a \
whole number with `s`, `m`, `h`, `d`, `w`, `M` or `y` behind it (a month has 30.44 days, a year 365.2425); a \
condition compares with numbers (`gte: 10`)."

    UNKNOWN_KEY "SIG103" "key that no correlation has"
"The key means nothing here. If it is a misspelling, what was meant is not done, so the rule does not run."

    CONDITION "SIG104" "condition on rules that cannot be read"
"Instead of a number, the condition of a `temporal` or `temporal_ordered` correlation may be an \
expression over the names of its rules: `(recon or scan) and not maintenance`. Each rule of the list \
is in it, and it has no others."

    ALIAS "SIG105" "alias that leads nowhere"
"An alias gives one name to fields that have different names in the events of different rules. It says \
for each rule of the correlation what the field is called there. It does something only where \
`group-by` or the condition's `field` has it."

    REPEATED "SIG106" "rule that is listed twice"
"A correlation counts which of its rules have findings; a second mention of the same rule cannot be \
told from the first."
}
