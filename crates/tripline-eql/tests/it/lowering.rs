//! Conditions and the predicates that they become.

use crate::support::{lowered, open, small};

/// `(condition, predicate)`; levels of the predicate are separated by ` / `.
fn check(cases: &[(&str, &str)]) {
    for (condition, expected) in cases {
        let printed = lowered(&format!("any where {condition}"), &small());
        let lines: Vec<&str> = printed.lines().skip(1).collect();
        assert!(printed.starts_with("filter 0"), "{condition}\n{printed}");
        let shown: Vec<&str> = lines[..lines.len() - 1].iter().map(|l| l.trim()).collect();
        assert_eq!(shown.join(" / "), *expected, "{condition}");
    }
}

#[test]
fn comparisons_of_a_field_with_a_constant_are_leaves() {
    check(&[
        (r#"process.name == "Cmd.exe""#, r#"process.name = ["Cmd.exe"]"#),
        (r#""cmd" == process.name"#, r#"process.name = ["cmd"]"#),
        ("process.pid == 4", "process.pid =number [4.0]"),
        ("4.5 < process.pid", "process.pid <4.5.. by Number"),
        ("process.pid >= -1", "process.pid -1.. by Number"),
        (
            "process.pid <= 7 and process.pid > 1",
            "and / process.pid ..7 by Number / process.pid <1.. by Number",
        ),
        ("process.trusted == true", "process.trusted =bool true"),
        ("process.trusted", "process.trusted =bool true"),
        ("not process.trusted", "not / process.trusted =bool true"),
        (r#"process.name >= "System""#, "process.name System.. by Text"),
        (r#"package.version > "1.5.0""#, "package.version <1.5.0.. by Version"),
        (r#"package.version == "bad""#, r#"package.version = ["bad"]"#),
        (r#"@timestamp >= "2024-01-01""#, "@timestamp 2024-01-01.. by Date"),
        (r#"@timestamp == "2024-01-01""#, "@timestamp 2024-01-01..2024-01-01 by Date"),
    ]);
}

#[test]
fn addresses_compare_as_networks() {
    check(&[
        (r#"source.ip == "10.0.0.1""#, "source.ip in 10.0.0.1/32"),
        (r#"source.ip in ("::1", "127.0.0.1")"#, "source.ip in ::1/128 127.0.0.1/32"),
        (r#"source.ip > "10.0.0.1""#, "source.ip <10.0.0.1.. by Ip"),
        (r#"cidrMatch(source.ip, "10.6.48.157/8")"#, "source.ip in 10.0.0.0/8"),
        (r#"not cidrmatch(source.ip, "FE80::/10")"#, "not / source.ip in fe80::/10"),
    ]);
}

/// A missing field makes a test false, so `!=` and `not` make it true; only `null` asks for it.
#[test]
fn absent_fields() {
    check(&[
        (r#"process.name != "a""#, r#"not / process.name = ["a"]"#),
        (r#"not process.name : "a*""#, r#"not / process.name glob~ ["a*"]"#),
        (r#"process.name not in ("a", "b")"#, r#"not / process.name = ["a", "b"]"#),
        ("process.name == null", "not / process.name exists"),
        ("process.name != null", "process.name exists"),
        ("null == process.name", "not / process.name exists"),
        ("process.pid > null", "false"),
        (
            "null == (process.exit_code > -1)",
            "expr any doc.is_null(doc.gt(doc.long(process.exit_code), Int(-1)))",
        ),
        (
            "null != (process.exit_code > -1)",
            "expr any doc.is_not_null(doc.gt(doc.long(process.exit_code), Int(-1)))",
        ),
    ]);
}

/// An optional field that the data does not have is null.
#[test]
fn unknown_optional_fields_are_null() {
    check(&[
        ("?user.id == null", "true"),
        ("?user.id != null", "false"),
        (r#"?user.id == "a""#, "false"),
        (r#"?user.id != "a""#, "true"),
        (r#"?user.id : "a*""#, "false"),
        (r#"?user.id in ("a")"#, "false"),
        ("?x == ?y", "true"),
        (r#"?process.name == "a""#, r#"process.name = ["a"]"#),
        ("length(?user.id) > 1", "expr any doc.gt(doc.length(Null), Int(1))"),
    ]);
}

#[test]
fn patterns_and_lists() {
    check(&[
        (r#"process.name : "CMD.exe""#, r#"process.name =~ ["cmd.exe"]"#),
        (
            r#"process.name : ("CMD.exe", "p*", "?y")"#,
            r#"or / process.name =~ ["cmd.exe"] / process.name glob~ ["p*", "?y"]"#,
        ),
        (r#"process.name : "*""#, "process.name exists"),
        // Only ASCII letters lose their case.
        (r#"process.name : "ÄB""#, r#"process.name =~ ["Äb"]"#),
        (
            r#"process.name like ("A*", "B")"#,
            r#"or / process.name = ["B"] / process.name glob ["A*"]"#,
        ),
        (r#"process.name like~ "A*""#, r#"process.name glob~ ["a*"]"#),
        // A backslash is an ordinary character of a pattern.
        (r#"process.name : "?:\\Win*""#, r#"process.name glob~ ["?:\\win*"]"#),
        ("process.name : \"\"\"C:\\x\"\"\"\"", "process.name =~ [\"c:\\\\x\\\"\"]"),
        (r#"process.name in ("a", "b")"#, r#"process.name = ["a", "b"]"#),
        (r#"process.name in~ ("A", "B")"#, r#"process.name =~ ["a", "b"]"#),
        ("process.pid in (1, 2)", "process.pid =number [1.0, 2.0]"),
        ("process.pid in (1, null)", "process.pid =number [1.0]"),
        (r#"process.name regex "[a-z]+\\.exe""#, r#"process.name regex whole ["[a-z]+\\.exe"]"#),
        (
            r#"process.name regex~ ("cmd", "a.*")"#,
            r#"or / process.name =~ ["cmd"] / process.name regex~ whole ["(?s)a.*"]"#,
        ),
    ]);
}

/// The product warns of nothing here, but a wildcard in `==` is nearly always a mistake.
#[test]
fn a_literal_wildcard_stays_a_letter() {
    check(&[
        (r#"process.name in ("a*")"#, r#"process.name = ["a*"]"#),
        (r#"process.name == "a*""#, r#"process.name = ["a*"]"#),
    ]);
}

#[test]
fn what_is_no_leaf_is_an_expression() {
    check(&[
        ("length(process.name) != 5", "not / expr any doc.eq(doc.length(process.name), Int(5))"),
        ("process.pid % 2 == 1", "expr any doc.eq(doc.mod(doc.long(process.pid), Int(2)), Int(1))"),
        ("host.score / 2 == 1", "expr any doc.eq(doc.div(doc.double(host.score), Int(2)), Int(1))"),
        (
            r#"process.pid == number("5")"#,
            r#"expr any doc.eq(doc.long(process.pid), doc.number(Str("5")))"#,
        ),
        (
            r"startsWith~(process.name, substring(process.entity_id, 0, -1))",
            "expr any doc.starts_with_ci(process.name, doc.substring(process.entity_id, Int(0), Int(-1)))",
        ),
        (
            r#"substring(process.name, 1) : ("a", "b*")"#,
            r#"expr any doc.like_ci(doc.substring(process.name, Int(1)), Str("a"), Str("b*"))"#,
        ),
        (
            r#"string(process.pid) regex "1.*""#,
            r#"expr any doc.regex(doc.string(doc.long(process.pid)), Str("(?s)1.*"))"#,
        ),
        (
            r"length(process.name) in (1, 2)",
            "expr any doc.in(doc.length(process.name), Int(1), Int(2))",
        ),
        (
            r"length(process.name) not in (1, 2)",
            "not / expr any doc.in(doc.length(process.name), Int(1), Int(2))",
        ),
        ("5 != length(process.name)", "not / expr any doc.eq(doc.length(process.name), Int(5))"),
        ("5 > length(process.name)", "expr any doc.lt(doc.length(process.name), Int(5))"),
        (
            r#"indexOf(process.name, "x") != null"#,
            r#"expr any doc.is_not_null(doc.index_of(process.name, Str("x")))"#,
        ),
        (r#"startsWith(process.name, "a") == true"#, r#"process.name glob ["a*"]"#),
        (
            r#"startsWith(process.name, "a") == false"#,
            r#"expr any doc.eq(doc.starts_with(process.name, Str("a")), Bool(false))"#,
        ),
        (
            r"(process.pid > 1 and process.trusted) == null",
            "expr any doc.is_null(doc.and(doc.gt(doc.long(process.pid), Int(1)), doc.bool(process.trusted)))",
        ),
        (r#"startsWith~("aAAA", "a")"#, r#"expr any doc.starts_with_ci(Str("aAAA"), Str("a"))"#),
    ]);
}

/// `not` binds closer than `and`, and that closer than `or`.
#[test]
fn precedence() {
    check(&[(
        "not process.pid == 1 and process.pid == 2 or process.pid == 3",
        "or / and / not / process.pid =number [1.0] / process.pid =number [2.0] / process.pid =number [3.0]",
    )]);
}

/// A field that no catalogue knows takes the type of what it is compared with.
#[test]
fn an_open_world_infers_types() {
    let printed =
        lowered(r#"process where my.field == 5 and my.name == "x" and ?my.size > 2"#, open());
    assert_eq!(
        printed,
        "filter 0 Any\n  and\n    event.category = [\"process\"]\n    my.field =number [5.0]\n    \
         my.name = [\"x\"]\n    my.size <2.. by Number\neach []\n"
    );
}

#[test]
fn categories() {
    for (query, expected) in [
        ("any where true", "filter 0 Any\n  true\neach []\n"),
        (
            "process where true | head 3 | tail 1",
            "filter 0 Any\n  event.category = [\"process\"]\neach [Head(3), Tail(1)]\n",
        ),
        ("\"my-cat\" where true", "filter 0 Any\n  event.category = [\"my-cat\"]\neach []\n"),
    ] {
        assert_eq!(lowered(query, &small()), expected);
    }
}

#[test]
fn sequences() {
    let query = r"
        sequence by host.id, ?user.id with maxspan=500ms
          [process where process.pid == 1] by process.entity_id
          ![any where true] by process.name
          [file where true] by process.name with runs=2
        until [file where false] by process.name
        | tail 1 // the last one
    ";
    assert_eq!(
        lowered(query, &small()),
        "filter 0 Any
  and
    event.category = [\"process\"]
    process.pid =number [1.0]
filter 1 Any
  true
filter 2 Any
  event.category = [\"file\"]
filter 3 Any
  false
sequence maxspan=Some(500000000)
  step filter=0 by=[\"host.id\", \"user.id\", \"process.entity_id\"]
  step filter=1 by=[\"host.id\", \"user.id\", \"process.name\"] missing
  step filter=2 by=[\"host.id\", \"user.id\", \"process.name\"]
  step filter=2 by=[\"host.id\", \"user.id\", \"process.name\"]
  until filter=3
"
    );
}

/// A rule may name another category field.
#[test]
fn the_category_field_is_an_option() {
    let options = tripline_eql::Options { event_category_field: "event.type".into() };
    let compiled = tripline_eql::compile("change where true", &options, open());
    let printed = tripline_ir::print(&compiled.plan.unwrap());
    assert!(printed.contains("event.type = [\"change\"]"), "{printed}");
}

#[test]
fn optional_keys_are_marked() {
    let query = "sequence by ?nosuch [any where true] by host.id [any where true] by ?host.id";
    let compiled = tripline_eql::compile(query, &tripline_eql::Options::default(), &small());
    let tripline_ir::Tail::Sequence(sequence) = compiled.plan.unwrap().tail else { panic!() };
    let optional: Vec<Vec<bool>> =
        sequence.steps.iter().map(|s| s.keys.iter().map(|k| k.optional).collect()).collect();
    assert_eq!(optional, [[true, false], [true, true]]);
}
