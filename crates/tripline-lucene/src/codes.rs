//! All that Lucene's front end can say.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of this crate, in order.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    SYNTAX "LUC001" "unexpected text"
"The query does not follow the grammar of Lucene's query strings: something stands where a clause, a \
value or a bracket must stand.

Operators are `AND`, `OR`, `NOT` in capitals (or `&&`, `||`, `!`), and `+` and `-` before a clause. \
The characters `+ - ! ( ) : ^ [ ] \" { } ~ * ? \\ /` mean something; a backslash before one of them, \
or quotes around the value, make it plain text."

    UNCLOSED "LUC002" "missing closing bracket, quote or slash"
"A `(`, `[`, `{`, `\"` or `/` is opened and never closed. The place is where it was opened. A slash \
starts a regular expression, so that a network is written in quotes: `source.ip:\"10.0.0.0/8\"`; a \
path is, too, or its slashes take a backslash."

    MISSING "LUC003" "missing value"
"After `field:`, an operator, `+` or `-` something must follow. That a field has any value is written \
`_exists_:field` or `field:*`."

    TOO_DEEP "LUC004" "nested too deep"
"Brackets may be nested 200 deep. No query that a person wrote comes near."

    UNKNOWN_FIELD "LUC005" "unknown field"
"The field is in no catalogue. Where the set of fields is closed this is an error, because the query \
can never match. Otherwise it is a note: the field's type is taken from the values that it is compared \
with, so that `445` is a number or a text, and what looks like nothing else is a keyword."

    NUMBER "LUC006" "not a number"
"The field holds numbers, and the text does not read as one. Words in a row are one text, so several \
values need operators: `(80 OR 443)`. Elasticsearch refuses such a query."

    ADDRESS "LUC007" "not an address or network"
"The field holds IP addresses. It can be compared with an address or, in quotes, a network: \
`source.ip:\"10.0.0.0/8\"`."

    BOOLEAN "LUC008" "neither true nor false"
"The field is boolean: it can be compared with `true` and `false` only."

    DATE "LUC009" "not a date"
"The field holds instants. A date is ISO 8601, epoch milliseconds, or date math (`now-30d\\/d`); text \
with `:` or `/` must be quoted or escaped."

    PATTERN_TYPE "LUC010" "pattern on a field that has none"
"Wildcards and regular expressions work on text: `keyword`, `wildcard` and analysed fields. On \
numbers, addresses, dates and booleans Elasticsearch refuses them. `field:*` (any value) works on \
every type."

    ORDER "LUC011" "no order"
"A range needs an order: numbers, dates, addresses, versions and keywords have one; booleans, \
analysed text, and all fields at once have none here."

    REGEX "LUC012" "regular expression that does not run"
"Between slashes stands a regular expression of Lucene's: it must match the whole value, `^` and `$` \
are ordinary characters, and `\\d`, `\\w`, `\\s` are ASCII. Intersections (`&`) and complements (`~`) \
of patterns inside a larger expression are not supported. On analysed text an expression is matched \
against single words, which is not supported yet either."

    FUZZY "LUC013" "fuzzy search is not supported"
"`word~` matches words that differ by a letter or two. Rules need exact conditions; this version does \
not run it rather than run something else."

    PROXIMITY "LUC014" "words near each other are not supported"
"`\"a b\"~3` matches text in which the words stand within some distance. This version does not run it \
rather than run something else. A phrase without `~` is supported, and on fields that are not \
analysed the distance has no effect."

    NO_WORDS "LUC015" "text without words"
"The field is analysed text, and the value has no letters or digits, so no word is left of it. \
Elasticsearch leaves such a clause out."

    LOWER_CASE "LUC016" "operator that is read as text"
"`and`, `or`, `not` in lower case are words, and words in a row are one text: `f:(a or b)` compares a \
keyword with the text `a or b`, which hardly any event has. `-`, `+` and `!` before a blank are text, \
too. Operators are `AND`, `OR`, `NOT`, or stand right before their clause."

    SCORE_ONLY "LUC017" "clause that changes nothing"
"`AND` and `OR` are marks on the clauses beside them, not operators with a precedence: `a OR b AND c` \
requires `b` and `c`, and `a` only raises the score. Beside a required clause, one without a mark \
changes nothing. Brackets say what is meant: `a OR (b AND c)`."

    NOT_AFTER_OR "LUC018" "OR NOT excludes"
"A `NOT` clause excludes events, whatever stands before it: `a OR NOT b` is `a` without `b`. Brackets \
say what is meant: `a OR (NOT b)`."

    OBJECT "LUC019" "field without a value of its own"
"The field is an object, an array of objects or a point. It can be asked for existence, but a value is \
compared with one of its inner fields; as written, the clause never matches."

    EXISTS "LUC020" "`_exists_` needs one field's name"
"`_exists_:field` is true where the field has a value. It takes one name, without wildcards: \
`_exists_:a OR _exists_:b`."
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_numbered_in_order_and_have_pages() {
        for (at, code) in CODES.iter().enumerate() {
            assert_eq!(code.id, format!("LUC{:03}", at + 1));
            assert!(code.page.len() > 60, "{}", code.id);
        }
    }
}
