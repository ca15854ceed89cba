//! Results of tests as CI systems read them: JUnit's XML, a suite for each rule.

use super::{Ran, Report};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;
use tripline_detect::Verdict;

pub(super) fn print(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let all: Vec<&Ran<'_>> = report.ran.iter().collect();
    let time = seconds(report.time);
    writeln!(out, r#"<testsuites name="tripline" {} time="{time}">"#, counts(&all))?;
    let mut suites: Vec<Vec<&Ran<'_>>> = vec![];
    for ran in all {
        let same = suites.iter_mut().find(|suite| same_rule(suite[0], ran));
        match same {
            Some(suite) => suite.push(ran),
            None => suites.push(vec![ran]),
        }
    }
    for suite in suites {
        let name = escape(&suite[0].case.rule_name);
        let time = seconds(suite.iter().map(|ran| ran.time).sum());
        writeln!(out, r#"  <testsuite name="{name}" {} time="{time}">"#, counts(&suite))?;
        if let Some(rule) = suite[0].rule {
            let id = escape(&rule.id);
            writeln!(out, "    <properties>")?;
            writeln!(out, r#"      <property name="rule_id" value="{id}"/>"#)?;
            writeln!(out, "    </properties>")?;
        }
        for ran in suite {
            case(out, ran)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn same_rule(a: &Ran<'_>, b: &Ran<'_>) -> bool {
    (a.case.rule, &a.case.rule_name) == (b.case.rule, &b.case.rule_name)
}

fn counts(ran: &[&Ran<'_>]) -> String {
    let count = |verdict| ran.iter().filter(|ran| ran.result.verdict == verdict).count();
    format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}""#,
        ran.len(),
        count(Verdict::Failed),
        count(Verdict::Error),
        count(Verdict::Skipped),
    )
}

fn case(out: &mut dyn Write, ran: &Ran<'_>) -> io::Result<()> {
    let case = ran.case;
    let file = case.file.display().to_string();
    write!(
        out,
        r#"    <testcase name="{}" classname="{}" file="{}" line="{}" time="{}""#,
        escape(&case.name),
        escape(&case.rule_name),
        escape(&file),
        case.line,
        seconds(ran.time),
    )?;
    let lines = &ran.result.lines;
    let message = escape(lines.first().map_or("", String::as_str));
    let tag = match ran.result.verdict {
        Verdict::Passed if ran.result.notes.is_empty() => return writeln!(out, "/>"),
        Verdict::Passed => {
            let notes = escape(&ran.result.notes.join("\n"));
            writeln!(out, ">\n      <system-out>{notes}</system-out>\n    </testcase>")?;
            return Ok(());
        }
        Verdict::Skipped => {
            let message = escape(&lines.join(": "));
            writeln!(out, ">\n      <skipped message=\"{message}\"/>\n    </testcase>")?;
            return Ok(());
        }
        Verdict::Failed => "failure",
        Verdict::Error => "error",
    };
    let body: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    let body = format!("{}\n{}:{}", body.join("\n"), escape(&file), case.line);
    writeln!(out, ">\n      <{tag} message=\"{message}\">{body}</{tag}>\n    </testcase>")
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// Text for an attribute or an element. What XML cannot hold is replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            escape("a<b> & \"c\" 'd'\n\u{7}é"),
            "a&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;&#10;\u{fffd}é"
        );
    }
}
