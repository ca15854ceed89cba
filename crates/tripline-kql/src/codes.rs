//! All that KQL's front end can say.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of this crate, in order.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    SYNTAX "KQL001" "unexpected text"
"The query does not follow KQL's grammar: something stands where an operand, an operator or a \
bracket must stand.

KQL knows `field: value`, `field: (a or b)`, `field >= value`, `field: { … }`, `and`, `or`, `not` \
and parentheses. Comparison is written `:`, never `=` or `==`; conjunctions are words, never `&&`, \
`||` or `!`, and stand between blanks."

    UNCLOSED "KQL002" "missing closing bracket or quote"
"A `(`, `{` or `\"` is opened and never closed. The place is where it was opened.

Inside quotes a backslash before the quote makes it part of the text, so `\"C:\\\"` is not closed; \
write `\"C:\\\\\"`."

    MISSING_VALUE "KQL003" "missing value"
"After `field:` or a comparison such as `>=` a value must follow. An empty text is written `\"\"`; \
a field that has any value is `field: *`."

    BACKSLASH "KQL004" "backslash that escapes nothing"
"Outside quotes a backslash stands before one of `\\ ( ) : < > \" * { }`, before `t`, `r`, `n`, \
`uXXXX`, or before a keyword. A backslash itself is written `\\\\`, or the value is quoted: \
`\"C:\\Windows\"` may hold single backslashes."

    TOO_DEEP "KQL005" "nested too deep"
"Brackets, braces and negations may be nested 200 deep. No query that a person wrote comes near; \
a generated one should be flattened: `a or b or c` has no depth."

    UNKNOWN_FIELD "KQL006" "unknown field"
"The field is in no catalogue. Where the set of fields is closed this is an error, because the \
query can never match. Otherwise it is a note: the field's type is taken from the literals that it is \
compared with, so that `445` is a number or a text, `true` a truth value or a text, `10.0.0.0/8` a \
network or a text, and everything else a keyword."

    NUMBER "KQL007" "not a number"
"The field holds numbers, and the literal does not read as one. Elasticsearch refuses such a query."

    ADDRESS "KQL008" "not an address or network"
"The field holds IP addresses. It can be compared with an address (`10.0.0.1`, `\"fe80::1\"`) or a \
network (`10.0.0.0/8`, `\"FE80::/10\"`; bits after the prefix do not matter), not with other text."

    BOOLEAN "KQL009" "neither true nor false"
"The field is boolean: it can be compared with `true` and `false` only, quoted or not."

    DATE "KQL010" "not a date"
"The field holds instants. A date is ISO 8601 (`2026-11-21`, `\"2026-11-21T10:00:00Z\"`), epoch \
milliseconds, or date math (`now-30d/d`, `\"2026-11-21||-1M\"`). Text with `:` must be quoted."

    WILDCARD_TYPE "KQL011" "wildcard on a field that has none"
"Wildcards work on text: `keyword`, `wildcard` and analysed fields. On numbers, addresses, dates \
and booleans Elasticsearch refuses them. A range of addresses is a network (`10.0.0.0/8`); a range \
of numbers is written with `>=` and `<=`. `field: *` (any value) works on every type."

    QUOTED_WILDCARD "KQL012" "wildcard in quotes"
"Between quotes `*` is an asterisk, not a wildcard, so `\"python*\"` matches only a value that ends \
with an asterisk. Remove the quotes, and escape what then needs it: blanks may stay, `\\ ( ) : < > \
\" { }` take a backslash."

    NULL "KQL013" "comparison with null"
"`null` is not a value that a field can have; Elasticsearch refuses the query. That a field has no \
value is written `not field: *`. The word itself is written `\"null\"`."

    RANGE_TYPE "KQL014" "no order"
"`<`, `<=`, `>` and `>=` need an order: numbers, dates, addresses, versions and keywords have one; \
booleans, analysed text, objects and points have none here."

    NOT_COMPARABLE "KQL015" "field without a value of its own"
"The field is an object, an array of objects or a point. It can be asked for existence \
(`field: *`), but a value is compared with one of its inner fields."

    NOT_NESTED "KQL016" "braces on a field that is not nested"
"`field: { … }` looks at one element of an array of objects at a time. It needs a field of type \
`nested` (or of unknown type); Elasticsearch refuses it on any other. Use `field.inner: value`."

    OUTSIDE_NESTED "KQL017" "inner field of a nested field, outside its braces"
"Elasticsearch sees the fields of a `nested` object only inside `path: { inner: value }`; outside, \
the comparison never matches there. Tripline matches it against any element."

    NO_TOKENS "KQL018" "text without words"
"The field is analysed text, and the literal has no letters or digits, so no word is left of it. \
Such a comparison never matches (and its negation always does)."

    SPLIT_WILDCARD "KQL019" "wildcard value with blanks"
"On fields of type `wildcard` Kibana hands a value with wildcards to a query-string query, which \
cuts it at blanks and searches for each part on its own. Tripline matches the whole value, blanks \
included, as Kibana does on `keyword` fields and as rule authors mean it."

    SUSPECT "KQL020" "text that looks like syntax"
"Without quotes KQL reads almost anything as a name or a value, blanks and line ends included. \
`a == b` is free text, `!a: b` is a field called `!a`, and `a: b or` has the value `b or`. If the \
text is meant, quotes say so."

    PARTIAL_DATE "KQL021" "month or year that ends with its first day"
"Where a date leaves its day or month out, Elasticsearch takes the first, for upper bounds too: \
`@timestamp <= \"2026-11\"` ends with the first of November, and `@timestamp: \"2026-11\"` is that \
day. A whole month is `\"2026-11||/M\"`, a whole year `\"2026||/y\"`, or the bound is `<` and the \
next one."
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_numbered_in_order_and_have_pages() {
        for (at, code) in CODES.iter().enumerate() {
            assert_eq!(code.id, format!("KQL{:03}", at + 1));
            assert!(code.page.len() > 80, "{}", code.id);
        }
    }
}
