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

    UNKNOWN_KEY "SIG009" "unknown key"
"The key is none that the specification knows. Most often it is a slip of the pen, and then what it \
was to say has no effect."

    LOG_SOURCE "SIG010" "log source that says nothing"
"A log source needs at least one of `product`, `category` and `service`; otherwise the rule would \
read everything there is."

    CONDITION "SIG011" "condition that cannot be read"
"A condition combines selections with `and`, `or`, `not` and parentheses; `1 of name_*`, \
`all of name_*`, `1 of them` and `all of them` stand for several. `not` binds tighter than `and`, \
`and` tighter than `or`."

    UNKNOWN_SELECTION "SIG012" "selection that is not there"
"The condition names a selection that the detection does not have, or a pattern that none of them \
fits. `them` and patterns leave out selections whose name starts with `_`, unless the pattern starts \
with it too."

    AGGREGATION "SIG013" "aggregation that has no counterpart"
"Behind a `|` older rules count events: `| count() by Host > 10`, `| near other`. That is no longer \
part of Sigma; correlation rules say it. Tripline still runs it where it means exactly one \
correlation: `count`, `sum` and `avg`, with `by` and a comparison with a number, and `near`, in a rule \
with one condition and a `timeframe`. Otherwise write the correlation:

```yaml
title: Many failures
name: many_failures
correlation:
  type: event_count
  rules: [failed_logon]
  group-by: [Host]
  timespan: 5m
  condition: {gt: 10}
```"

    TIMEFRAME "SIG014" "timeframe that is no length of time"
"`timeframe` is a whole number and a unit: `s`, `m`, `h`, `d`, `w`, `M` (30 days) or `y` (365 days)."

    UNKNOWN_MODIFIER "SIG015" "unknown modifier"
"What stands behind a field's name, divided by `|`, must be a modifier of the specification. See the \
list in the reference of Sigma."

    MODIFIER "SIG016" "modifier that does not fit"
"Modifiers are applied from left to right, each to what the one before it made of the value. Some \
cannot follow others: `re` and `cidr` come first, `exists` stands alone, what was encoded as Base64 is \
searched for with `base64offset|contains`, not `contains|base64offset`."

    VALUE "SIG017" "value that a modifier cannot take"
"A modifier needs another kind of value: `lt` a number, `exists` true or false, `hour` a number between \
0 and 23, `base64` a text without wildcards."

    NETWORK "SIG018" "not a network"
"`cidr` takes an address with a prefix (`10.0.0.0/8`, `fe80::/10`) or a single address."

    REGEX "SIG019" "regular expression that is not valid"
"The value of `re` does not follow the syntax of PCRE. Backslashes and stars are those of the \
expression, not of Sigma: a backslash is written `\\\\`, a literal star `\\*`."

    REGEX_FEATURE "SIG020" "regular expression that needs backtracking"
"Lookaround, back references, atomic groups and possessive quantifiers make matching slow in the \
worst case, and the specification leaves them out. A lookahead that excludes something is a second \
selection that the condition negates."

    PLACEHOLDER "SIG021" "placeholder without a value"
"`%name%` under `expand` stands for values that differ from place to place: names of servers, of \
administrators. They must be given when the rules are loaded; without them the rule does not run."

    TOO_MANY "SIG022" "more values than anybody needs"
"Placeholders are put in in all combinations. Two placeholders of a thousand values each in one text \
make a million."

    TAXONOMY "SIG023" "names of another taxonomy"
"`taxonomy` says that the rule's fields, values and log sources have the names of another taxonomy than \
Sigma's own. Tripline takes them as they are, so that they are probably not found. A processing pipeline \
(`--pipeline`) can translate them."

    UNUSED_SELECTION "SIG030" "selection that no condition uses"
"The detection has a selection that its condition does not name, alone or by a pattern. Often a filter \
was added and the condition forgotten, and then the filter filters nothing."

    VAGUE_THEM "SIG031" "all of them"
"`all of them` takes in every selection, those that somebody adds later included: a filter that is \
meant to exclude would have to match. Patterns (`all of selection_*`) leave room."

    NEVER "SIG032" "condition that decides nothing"
"Whatever the selections say, the condition comes to the same: `a and not a` never holds, `a or not a` \
always does."

    METADATA "SIG033" "description that does not follow the specification"
"A key that describes the rule has a value that the specification does not know: a level or status \
that does not exist, an id that is no UUID, a date that is not YYYY-MM-DD, a tag without a namespace. \
The rule runs; other programs may refuse it."

    ESCAPED_WILDCARD "SIG034" "escaped wildcard at the end of a folder"
"A backslash before `*` or `?` takes away its meaning, so `C:\\Windows\\*` is the folder's name and an \
asterisk, which no path has. A backslash and then anything is written `C:\\Windows\\\\*`, or without the \
wildcard, with `startswith`."

    ONLY_WILDCARD "SIG035" "value that everything passes"
"A lone `*`, or an empty text under `contains`, `startswith` or `endswith`, passes for any value that \
the field has. What is meant is `exists: true`."

    REDUNDANT_WILDCARD "SIG036" "wildcard that a modifier puts there already"
"`contains` puts `*` on both sides of a value, `startswith` behind it and `endswith` before it. Another \
one changes nothing."

    LONE_ALL "SIG037" "all of one value"
"`all` says that all values of a list must match. With one value it says nothing, and the specification \
does not allow it."

    REPEATED_VALUE "SIG038" "value that stands in a list twice"
"The same value twice in a list changes nothing; perhaps the second was to be another one. Case does \
not count, unless the item is `cased`."

    WHOLE_ENCODED "SIG039" "part of an encoded text compared with a whole field"
"`base64offset` makes texts that can stand inside of an encoded text. A field that is equal to one of \
them is not to be expected; `contains` must follow."

    CONTROL_CHARACTER "SIG040" "control character in a value"
"The value holds a tab, a backspace or another control character. In double quotes YAML reads \
`\"C:\\temp\"` as a tab and `emp`. Single quotes change nothing."

    IDLE_TIMEFRAME "SIG041" "timeframe without anything to count"
"`timeframe` belongs to the older way of counting events behind a `|` in the condition. Without that it \
does nothing; the rule fires for each event."
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_unique_and_have_pages() {
        let mut ids: Vec<&str> = CODES.iter().map(|code| code.id).collect();
        assert!(ids.iter().all(|id| id.starts_with("SIG") && id.len() == 6));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CODES.len());
        assert!(CODES.iter().all(|code| code.page.len() > 80));
    }
}
