//! A folder of rule files for one test.

use std::path::{Path, PathBuf};
use tripline_rules::{LoadOptions, RuleSet, load};

pub struct Pack(tempfile::TempDir);

impl Pack {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn load(&self) -> RuleSet {
        load(&[self.root().to_owned()], &LoadOptions::default())
    }

    pub fn load_these(&self, names: &[&str]) -> RuleSet {
        let paths: Vec<PathBuf> = names.iter().map(|n| self.path(n)).collect();
        load(&paths, &LoadOptions::default())
    }

    /// With this file of exceptions.
    pub fn load_with(&self, exceptions: &str) -> RuleSet {
        let options =
            LoadOptions { exceptions: vec![self.path(exceptions)], ..LoadOptions::default() };
        load(&[self.root().to_owned()], &options)
    }

    /// All problems as people see them, with paths from this folder.
    pub fn problems(&self, set: &RuleSet) -> String {
        let shown: Vec<String> = set.problems.iter().map(|p| p.render(false)).collect();
        shown
            .join("\n")
            .replace(&format!("{}/", self.root().display()), "")
            .replace(&self.root().display().to_string(), ".")
    }
}

/// The smallest Elastic rule of that id with these lines more.
pub fn elastic(id: &str, more: &str) -> String {
    format!(
        "[rule]\nname = \"Rule {id}\"\nrule_id = \"{id}\"\ntype = \"query\"\nseverity = \"low\"\n\
         risk_score = 21\nquery = '''\nprocess.name:a\n'''\n{more}\n"
    )
}

/// The smallest Splunk detection of that id with these lines more.
pub fn splunk(id: &str, search: &str, more: &str) -> String {
    format!(
        "name: Detection {id}\nid: {id}\ntype: TTP\nstatus: production\nsearch: '{search}'\n{more}\n"
    )
}
