//! Lucene's expressions against what they say, text by text.

use tripline_ir::Case;
use tripline_ir::regexp::parse;
use tripline_kernels::test::Compiled;

fn matches(pattern: &str, case: Case, text: &str) -> bool {
    let test = parse(pattern, case).unwrap_or_else(|e| panic!("{pattern}: {e}")).test(case);
    Compiled::new(&test, 0).unwrap().matches(text)
}

/// All texts of up to four of these letters.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        last = last.iter().flat_map(|t| ["a", "b", "B"].map(|c| format!("{t}{c}"))).collect();
        all.extend(last.clone());
    }
    all
}

#[test]
fn ranges_of_numbers() {
    for (from, to) in [(0, 0), (0, 9), (1, 31), (8, 12), (9, 100), (99, 101), (17, 230), (230, 17)]
    {
        let pattern = format!("<{from}-{to}>");
        let test = parse(&pattern, Case::Sensitive).unwrap().test(Case::Sensitive);
        let test = Compiled::new(&test, 0).unwrap();
        let width = from.to_string().len();
        let fixed = width == to.to_string().len();
        for number in 0..300 {
            let inside = (from.min(to)..=from.max(to)).contains(&number);
            for text in [format!("{number}"), format!("{number:04}"), format!("{number:0width$}")] {
                let expected = inside && (!fixed || text.len() == width);
                assert_eq!(test.matches(&text), expected, "{pattern} {text}");
            }
        }
        assert!(!test.matches("") && !test.matches("x"));
    }
    assert!(
        matches("v<1-12>", Case::Sensitive, "v007") && matches("<01-12>", Case::Sensitive, "07")
    );
    assert!(!matches("<01-12>", Case::Sensitive, "7"));
}

#[test]
fn complements_and_intersections() {
    for text in texts() {
        let t = text.as_str();
        let upper = t.to_ascii_uppercase();
        for (pattern, sensitive, insensitive) in [
            ("~(a.*)", !t.starts_with('a'), !t.starts_with('a')),
            ("~(ab|b)", t != "ab" && t != "b", upper != "AB" && upper != "B"),
            ("~a", t != "a", t != "a"),
            ("~(b*)", t.chars().any(|c| c != 'b'), t.contains('a')),
            ("@a@&@b@", t.contains('a') && t.contains('b'), t.contains('a') && upper.contains('B')),
            (
                "a.*&~(@b)",
                t.starts_with('a') && !t.ends_with('b'),
                t.starts_with('a') && !upper.ends_with('B'),
            ),
            ("bb|~(@[abB]@)", t == "bb" || t.is_empty(), upper == "BB" || t.is_empty()),
            ("a~b", t.starts_with('a') && t != "ab", t.starts_with('a') && upper != "AB"),
            ("~(b)a", t.ends_with('a') && t != "ba", t.ends_with('a') && upper != "BA"),
            ("#", false, false),
            ("@", true, true),
        ] {
            assert_eq!(matches(pattern, Case::Sensitive, t), sensitive, "{pattern} {t:?}");
            assert_eq!(matches(pattern, Case::Ascii, t), insensitive, "{pattern} {t:?} (any case)");
        }
    }
}
