//! Mistakes and suspicions, whole.

use tripline_diag::{SourceText, render};
use tripline_schema::Schema;

fn said(text: &str) -> String {
    let compiled = tripline_lucene::compile(text, Schema::builtin());
    let source = SourceText::new("query", text);
    compiled.diagnostics.iter().map(|d| render(d, &source, false)).collect()
}

#[test]
fn a_mistake_is_underlined() {
    assert_eq!(
        said("source.ip:10.0.0.0/8"),
        "error[LUC002]: `/` is never closed\n  --> query:1:19\n  |\n1 | source.ip:10.0.0.0/8\n  |                   ^\n  \
         = help: a slash starts a regular expression: put a path or a network in quotes\n"
    );
    assert_eq!(
        said("event.type:(start or stop)"),
        "warning[LUC016]: `start or stop` is read as one text\n  --> query:1:13\n  |\n\
         1 | event.type:(start or stop)\n  |             ^^^^^^^^^^^^^\n  \
         = help: the operator is written `OR`; if the text is meant, put it in quotes\n"
    );
}

#[test]
fn codes() {
    for (text, expected) in [
        ("a:", "LUC003"),
        ("a AND", "LUC003"),
        ("AND a", "LUC001"),
        ("a AND OR b", "LUC001"),
        ("NOT NOT a", "LUC001"),
        ("a)", "LUC001"),
        ("()", "LUC001"),
        ("file.hash.*:x", "LUC001"),
        ("a ]", "LUC001"),
        ("(a", "LUC002"),
        ("a:\"b", "LUC002"),
        ("a:[1 TO 2", "LUC002"),
        ("a:[1 2]", "LUC001"),
        ("a:[1", "LUC001"),
        ("a:[", "LUC003"),
        ("a\\", "LUC001"),
        ("destination.prot:445", "LUC005"),
        ("destination.port:smb", "LUC006"),
        ("destination.port:(80 443)", "LUC006"),
        ("source.ip:host", "LUC007"),
        ("process.code_signature.trusted:yes", "LUC008"),
        ("@timestamp:yesterday", "LUC009"),
        ("destination.port:4*", "LUC010"),
        ("source.ip:/10.*/", "LUC010"),
        ("process.code_signature.trusted:[a TO b]", "LUC011"),
        ("process.name:/(a+&b)c/", "LUC012"),
        ("message:/a+/", "LUC012"),
        ("process.name:cmd~", "LUC013"),
        ("message:\"a b\"~2", "LUC014"),
        ("message:\"--\"", "LUC015"),
        ("process.name:(a or b)", "LUC016"),
        ("process.name:a ! process.name:b", "LUC016"),
        ("host.id:a OR host.id:b AND host.id:c", "LUC017"),
        ("host.id:a OR NOT host.id:b", "LUC018"),
        ("source.geo.location:x", "LUC019"),
        ("_exists_:a*", "LUC020"),
    ] {
        let all = said(text);
        assert!(all.contains(expected), "{text:?} says {all:?} instead of {expected}");
    }
    let deep = format!("{}a{}", "(".repeat(300), ")".repeat(300));
    assert!(said(&deep).contains("LUC004"));
}

#[test]
fn right_queries_say_nothing() {
    for text in [
        "process.name:(cmd.exe OR pwsh.exe) AND NOT user.name:root",
        "process.args:(g+s OR /2[0-9]{3}/)",
        "process.name:cmd.exe^3",
        "source.ip:\"10.0.0.0/8\" AND destination.port:>=1024",
        "message:\"running state\"",
    ] {
        assert_eq!(said(text), "", "{text}");
    }
}
