//! Columns, wrapping and colours: what fits a terminal, and the same text unshortened in a pipe.

use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// The columns of the terminal on standard output; nothing where it is a pipe or a file, which get
/// all there is.
pub fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(asked).filter(|width| *width > 0)
}

/// How a table gives way where it is wider than the terminal.
pub struct Fit<'a> {
    /// The columns of the terminal; nothing: all there is.
    pub width: Option<usize>,
    /// Columns that may be left out, the first first.
    pub spare: &'a [usize],
    /// The column that is cut last, with an ellipsis.
    pub flexible: usize,
    /// The colour of a cell, by its column and text; nothing on a plain output.
    pub style: Option<fn(usize, &str) -> Style>,
}

/// The flexible column is not cut below this while another may be left out.
const USEFUL: usize = 28;
/// And never below this.
const LEAST: usize = 12;

/// Rows in columns that are as wide as their widest cell, fitted to a terminal; the last one is not
/// padded.
pub fn fitted(
    out: &mut dyn Write,
    head: &[&str],
    rows: &[Vec<String>],
    fit: &Fit<'_>,
) -> io::Result<()> {
    let rows: Vec<Vec<Cow<'_, str>>> =
        rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let mut widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().map(|row| row[at].chars().count());
            cells.chain([head[at].len()]).max().unwrap_or(0)
        })
        .collect();
    let shown = shrink(&mut widths, fit);
    let mut line = |cells: &[&str], styled: bool| {
        let mut text = String::new();
        for (place, at) in shown.iter().enumerate() {
            let cell = cut(cells[*at], widths[*at]);
            let length = cell.chars().count();
            match fit.style.filter(|_| styled) {
                Some(style) => {
                    let style = style(*at, cells[*at]);
                    let (on, off) = (style.render(), style.render_reset());
                    text = format!("{text}{on}{cell}{off}");
                }
                None => text.push_str(&cell),
            }
            if place + 1 < shown.len() {
                text.extend(std::iter::repeat_n(' ', widths[*at] - length + 2));
            }
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(head, false)?;
    for row in &rows {
        line(&row.iter().map(|cell| &**cell).collect::<Vec<_>>(), true)?;
    }
    Ok(())
}

/// Makes the flexible column narrower, leaves out spare ones, and says which columns are left.
fn shrink(widths: &mut [usize], fit: &Fit<'_>) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..widths.len()).collect();
    let Some(limit) = fit.width else { return shown };
    let mut spare = fit.spare.iter();
    loop {
        let others: usize =
            shown.iter().filter(|at| **at != fit.flexible).map(|at| widths[*at] + 2).sum();
        let room = limit.saturating_sub(others);
        if widths[fit.flexible] <= room {
            return shown;
        }
        match spare.next() {
            Some(at) if room < USEFUL => shown.retain(|shown| shown != at),
            _ => {
                widths[fit.flexible] = room.max(LEAST).min(widths[fit.flexible]);
                return shown;
            }
        }
    }
}

/// At most so many characters, the last one an ellipsis where some are missing.
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.chars().count() <= width {
        return text.into();
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut.into()
}

/// Without control characters: a log must neither break a table nor speak to the terminal.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.into()
}

/// A text in lines of at most `width` characters, broken at blanks; a longer word has a line of
/// its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The colour of a severity.
pub fn severity_style(word: &str) -> Style {
    match word {
        "critical" => Style::new().bold().fg_color(Some(AnsiColor::Magenta.into())),
        "high" => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
        "medium" => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        "low" => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(width: Option<usize>, spare: &[usize]) -> String {
        let rows = [
            vec![
                "A rule with quite a long name indeed".to_owned(),
                "low".to_owned(),
                "id-1".to_owned(),
            ],
            vec!["B".to_owned(), "high".to_owned(), "id-2".to_owned()],
        ];
        let mut out = Vec::new();
        let fit = Fit { width, spare, flexible: 0, style: None };
        fitted(&mut out, &["NAME", "SEVERITY", "ID"], &rows, &fit).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_gets_all() {
        assert!(
            table(None, &[2]).contains("A rule with quite a long name indeed  low       id-1\n")
        );
    }

    #[test]
    fn a_terminal_gets_what_fits() {
        for width in [30, 40, 50, 60, 80] {
            for line in table(Some(width), &[2]).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
        // A spare column goes before the flexible one is cut to nothing.
        assert!(!table(Some(40), &[2]).contains("ID"));
        assert!(table(Some(50), &[]).contains("long name ind…  low       id-1\n"));
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(plain("a\nb\u{1b}[31mc"), "a\\nb\\u{1b}[31mc");
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word x", 5), ["a-very-long-word", "x"]);
        assert!(wrap("", 5).is_empty());
    }
}
