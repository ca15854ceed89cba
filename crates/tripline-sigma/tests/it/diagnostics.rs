//! What is wrong, where, and what to do.

use crate::rule;
use tripline_diag::{SourceText, render};
use tripline_sigma::{Options, compile, read};

/// Codes, places and help of all that is said about a detection.
fn said(detection: &str) -> Vec<(String, String, String)> {
    let text = rule(detection);
    let file = read(&text);
    let mut all = file.diagnostics;
    for document in &file.documents {
        let compiled = compile(document, &Options::default());
        assert_eq!(compiled.plan.is_none(), tripline_diag::has_errors(&compiled.diagnostics));
        all.extend(compiled.diagnostics);
    }
    all.into_iter()
        .map(|d| {
            let place = d.span.map_or("", |span| span.of(&text)).to_owned();
            (d.code.id.to_owned(), place, d.help.unwrap_or_default())
        })
        .collect()
}

/// Checks the first diagnostic: code, place, part of the help.
fn first(detection: &str, code: &str, place: &str, help: &str) {
    let said = said(detection);
    let (id, at, text) = said.first().unwrap_or_else(|| panic!("nothing is said: {detection}"));
    assert_eq!((id.as_str(), at.as_str()), (code, place), "{detection}: {said:?}");
    assert!(text.contains(help), "{detection}: {text}");
}

#[test]
fn conditions_that_cannot_be_read() {
    let of = |condition: &str| format!("sel: {{a: 1}}\nfilter_a: {{b: 1}}\ncondition: {condition}");
    first(&of("sell"), "SIG012", "sell", "did you mean `sel`?");
    first(&of("sel and not 1 of filtr_*"), "SIG012", "1 of filtr_*", "");
    first(&of("sel and"), "SIG011", "and", "");
    first(&of("sel sel"), "SIG011", "sel", "`and`");
    first(&of("(sel"), "SIG011", "(", "");
    first(&of("sel)"), "SIG011", ")", "no `(`");
    first(&of("filter_*"), "SIG011", "filter_*", "1 of filter_*");
    first(&of("2 of filter_*"), "SIG011", "2", "1 of");
    first(&of("1 of"), "SIG011", "of", "");
    first(&of("sel adn filter_a"), "SIG011", "adn", "did you mean `and`?");
    first(&of("''"), "SIG008", "''", "");
    first(&of("[]"), "SIG007", "condition", "");
    first(&of("[1]"), "SIG008", "1", "");
    first(&of("sel | count() > 5"), "SIG013", "sel | count() > 5", "timeframe");
    first(&of("sel | max(a) > 5\ntimeframe: 5m"), "SIG013", "max", "");
    first(&of("sel | cuont() > 5\ntimeframe: 5m"), "SIG013", "cuont", "did you mean `count`?");
    first(&of("sel | count() > x\ntimeframe: 5m"), "SIG011", "x", "");
    first(&of("sel | count()\ntimeframe: 5m"), "SIG011", ")", "> 10");
    first(&of("[sel, sel | count() > 1]\ntimeframe: 5m"), "SIG013", "sel | count() > 1", "");
    first(&of("sel\ntimeframe: soon"), "SIG014", "soon", "");
    let deep = format!("{}sel{}", "(".repeat(100), ")".repeat(100));
    first(&of(&deep), "SIG003", &deep, "");
}

#[test]
fn modifiers_that_do_not_fit() {
    let of = |item: &str| format!("s:\n  {item}\ncondition: s");
    first(&of("f|contians: a"), "SIG015", "contians", "did you mean `contains`?");
    first(&of("f|: a"), "SIG015", "", "");
    first(&of("f|contains|re: a"), "SIG016", "re", "");
    first(&of("f|contains|cidr: a"), "SIG016", "cidr", "");
    first(&of("f|contains|base64: a"), "SIG016", "base64", "base64|contains");
    first(&of("f|i: a"), "SIG016", "i", "re|i");
    first(&of("f|exists|contains: true"), "SIG016", "contains", "");
    first(&of("f|re|cased: a"), "SIG016", "cased", "");
    first(&of("f|lt|gt: 1"), "SIG016", "gt", "");
    first(&of("f|wide|utf16be: a"), "SIG016", "utf16be", "");
    first(&of("f|base64: 'a*'"), "SIG017", "'a*'", "\\*");
    first(&of("f|base64: ''"), "SIG017", "''", "");
    first(&of("f|contains: null"), "SIG017", "null", "");
    first(&of("f|exists: maybe"), "SIG017", "maybe", "");
    first(&of("f|lt: abc"), "SIG017", "abc", "");
    first(&of("f|hour: 24"), "SIG017", "24", "between 0 and 23");
    first(&of("f|windash: '-a -b -c -d -e'"), "SIG017", "'-a -b -c -d -e'", "");
    first(&of("f|fieldref: 'g*'"), "SIG017", "'g*'", "");
    first(&of("f|cidr: 10.0.0.0/40"), "SIG018", "10.0.0.0/40", "10.0.0.0/8");
    first(&of("f|cidr: '10.*'"), "SIG018", "'10.*'", "");
    first(&of("f|re: '(a'"), "SIG019", "'(a'", "");
    first(&of("f|re: 'a(?!b)'"), "SIG020", "'a(?!b)'", "second selection");
    first(&of("f|expand: '%admins%'"), "SIG021", "'%admins%'", "admins:");
    // Each value that is wrong is said.
    assert_eq!(said(&of("f|lt: [a, 1, b]")).len(), 2);
    // A modifier is said once, not once a value.
    assert_eq!(said(&of("f|contains|base64: [a, b]")).len(), 1);
}

#[test]
fn detections_of_the_wrong_shape() {
    first("condition: s", "SIG007", "detection", "");
    first("s: {a: 1}", "SIG007", "detection", "condition: s");
    first("s:\ncondition: s", "SIG008", "s", "");
    first("s: {}\ncondition: s", "SIG008", "{}", "");
    first("s: {a: []}\ncondition: s", "SIG008", "[]", "null");
    first("s: {a: {b: 1}}\ncondition: s", "SIG008", "{b: 1}", "outer.inner");
    first("s: {a: [{b: 1}]}\ncondition: s", "SIG008", "{b: 1}", "");
    first("s: [null]\ncondition: s", "SIG008", "null", "");
    first("s: {a: 1, a: 2}\ncondition: s", "SIG002", "a", "");
}

#[test]
fn log_sources_that_say_nothing() {
    let of = |head: &str| {
        let text = format!("title: T\n{head}detection: {{s: {{a: 1}}, condition: s}}\n");
        let compiled = compile(&read(&text).documents[0], &Options::default());
        let diagnostic = compiled.diagnostics.into_iter().next().unwrap();
        (diagnostic.code.id, diagnostic.span.unwrap().of(&text).to_owned())
    };
    assert_eq!(of(""), ("SIG007", "title".to_owned()));
    assert_eq!(of("logsource: windows\n"), ("SIG008", "windows".to_owned()));
    assert_eq!(of("logsource: {definition: x}\n"), ("SIG010", "logsource".to_owned()));
    assert_eq!(of("logsource: {prodct: windows, category: x}\n"), ("SIG009", "prodct".to_owned()));
    assert_eq!(of("logsource: {product: [a], category: x}\n"), ("SIG008", "[a]".to_owned()));
}

#[test]
fn another_taxonomy_is_a_warning() {
    let text = format!("taxonomy: ours\n{}", rule("s: {a: 1}\ncondition: s"));
    let compiled = compile(&read(&text).documents[0], &Options::default());
    assert!(compiled.plan.is_some());
    assert_eq!(compiled.diagnostics[0].code.id, "SIG023");
    let text = text.replace("ours", "sigma");
    assert_eq!(compile(&read(&text).documents[0], &Options::default()).diagnostics, []);
}

#[test]
fn a_diagnostic_underlines_its_place() {
    let text = rule("selection:\n  Image|endswth: '\\cmd.exe'\ncondition: selection");
    let compiled = compile(&read(&text).documents[0], &Options::default());
    let shown = render(&compiled.diagnostics[0], &SourceText::new("rule.yml", &*text), false);
    assert!(shown.contains("SIG015") && shown.contains("rule.yml:6:11"), "{shown}");
    assert!(shown.contains("did you mean `endswith`?"), "{shown}");
    let marks = shown.lines().find(|line| line.contains('^')).unwrap();
    assert_eq!(marks.matches('^').count(), "endswth".len(), "{shown}");
}
