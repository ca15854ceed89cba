//! Reading and rewriting spec files.

/// A case of a spec file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its heading.
    pub title: String,
    /// Its fenced blocks in order.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The first word after the fence.
    pub kind: String,
    /// What follows it.
    pub info: String,
    /// The text, without the fences.
    pub text: String,
    /// The line of the opening fence in the file, from 0.
    pub line: usize,
}

/// Reads a spec file: each heading of level two starts a case.
pub fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        if let Some(block) = &mut open {
            if line.starts_with("```") {
                let block = open.take().expect("it was just there");
                if let Some(case) = cases.last_mut() {
                    case.blocks.push(block);
                }
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let (kind, info) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
            open = Some(Block {
                kind: kind.to_owned(),
                info: info.trim().to_owned(),
                text: String::new(),
                line: at,
            });
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.trim().to_owned(), blocks: vec![] });
        }
    }
    cases
}

/// The file's text with the text of some blocks (named by the line of their opening fence)
/// replaced.
pub fn rewrite(text: &str, new: &[(usize, String)]) -> String {
    let mut out = String::new();
    let mut skipping = false;
    for (at, line) in text.lines().enumerate() {
        if skipping {
            if !line.starts_with("```") {
                continue;
            }
            skipping = false;
        }
        out.push_str(line);
        out.push('\n');
        if let Some((_, block)) = new.iter().find(|(line, _)| *line == at) {
            out.push_str(block);
            skipping = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_rewrites() {
        let text =
            "# File\n\n## One\nWords.\n```events zeek.conn\n{}\n```\n```result\nold\n```\nEnd.\n";
        let cases = parse(text);
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].blocks[0].info, "zeek.conn");
        assert_eq!(cases[0].blocks[1].text, "old\n");
        let line = cases[0].blocks[1].line;
        let new = rewrite(text, &[(line, "new\nlines\n".to_owned())]);
        assert_eq!(new, text.replace("old\n", "new\nlines\n"));
    }
}
