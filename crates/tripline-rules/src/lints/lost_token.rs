//! A risk message, a risk object or a threat object that names what the results do not have.

use super::Subject;
use crate::codes::LOST_TOKEN;
use crate::columns;
use std::collections::BTreeSet;
use tripline_diag::{Diagnostic, did_you_mean};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(plan), Some(risk)) = (subject.plan, &subject.rule.risk) else { return };
    let Some(have) = columns::output(plan) else { return };
    let mut say = |name: &str, what: &str| {
        if !have.contains(name) {
            let text = format!("{what} `{name}`, which is no column of the results");
            let help = did_you_mean(name, have.iter().map(String::as_str));
            found.push(Diagnostic::warning(&LOST_TOKEN, text).maybe_help(help));
        }
    };
    for token in tokens(&risk.message) {
        say(token, "the risk message has");
    }
    for object in &risk.objects {
        say(&object.field, "a risk object is");
    }
    for (field, _) in &risk.threat_objects {
        say(field, "a threat object is");
    }
}

/// The names between dollar signs, each once.
fn tokens(message: &str) -> BTreeSet<&str> {
    let is_name = |part: &&str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '{' | '}'))
    };
    let parts: Vec<&str> = message.split('$').collect();
    let (mut names, mut at) = (BTreeSet::new(), 1);
    while at + 1 < parts.len() {
        if is_name(&parts[at]) {
            names.insert(parts[at]);
            at += 2;
        } else {
            at += 1;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn names_between_dollar_signs() {
        let of = |m| tokens(m).into_iter().collect::<Vec<_>>();
        assert_eq!(of("$src_ip$ to $dest_ip$"), ["dest_ip", "src_ip"]);
        assert_eq!(of("costs $5 and $user$"), ["user"]);
        assert_eq!(of("no token, $half"), Vec::<&str>::new());
    }
}
