//! `tripline debug`: a stage of a query.

use crate::cli::{Failure, Outcome, color_err, exist, schema_with};
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_diag::{Diagnostic, SourceText, render};
use tripline_engine::{Context, Matcher};
use tripline_ir::{Compiled, Tail};
use tripline_rules::{Language, LoadOptions, Rule, load};
use tripline_schema::Schema;

const EXAMPLES: &str = "\
Examples:
  tripline debug 'destination.port: 445' -l kql --stage bound --source zeek.conn
  tripline debug '| tstats count from datamodel=Network_Traffic' -l spl --stage physical";

/// Options of `debug`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The query, quoted for your shell.
    query: String,
    /// The language of the query.
    #[arg(short, long, value_parser = ["kql", "lucene", "eql", "spl", "sigma"])]
    language: String,
    /// Which stage: tokens (of sigma, the YAML), ast (syntax), expanded (macros written out, spl), ir (the plan), bound
    /// (how a source's fields are found), physical (the pipeline's plan).
    #[arg(long, default_value = "ir", value_parser = ["tokens", "ast", "expanded", "ir", "bound", "physical"])]
    stage: String,
    /// The source type to bind to (stage bound).
    #[arg(long, value_name = "SOURCE", default_value = "zeek.conn")]
    source: String,
    /// Folder with mapping files of your own.
    #[arg(long, value_name = "DIR")]
    mappings: Vec<PathBuf>,
    /// Rule packs whose macros and lookups the query may use (spl).
    #[arg(long = "rules", value_name = "PATH")]
    rules: Vec<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let schema = &schema_with(&args.mappings)?;
    exist(&args.rules)?;
    let set = load(&args.rules, &LoadOptions::default());
    let text = args.query.as_str();
    let rule = Rule::ad_hoc(Language::Spl, text);
    let environment = set.environment(&rule);
    let compiled = match args.language.as_str() {
        "eql" => tripline_eql::compile(text, &tripline_eql::Options::default(), schema),
        "lucene" => tripline_lucene::compile(text, schema),
        "spl" => tripline_spl::compile(text, &environment, schema),
        "sigma" => set.compile(&Rule::ad_hoc(Language::Sigma, text), None, schema),
        _ => tripline_kql::compile(text, schema),
    };
    let early = matches!(args.stage.as_str(), "tokens" | "ast" | "expanded");
    if early {
        // The stages before the plan are shown for a query with mistakes too, with the mistakes.
        write!(io::stderr(), "{}", mistakes(&compiled, text))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    match args.stage.as_str() {
        "tokens" => {
            let shown = match args.language.as_str() {
                "eql" => format!("{:#?}", tripline_eql::tokens(text)),
                "lucene" => format!("{:#?}", tripline_lucene::tokens(text)),
                "spl" => format!("{:#?}", tripline_spl::tokens(text, &environment)),
                "sigma" => format!("{:#?}", tripline_sigma::yaml::read(text).0),
                _ => format!("{:#?}", tripline_kql::tokens(text)),
            };
            writeln!(out, "{shown}")?;
        }
        "ast" => {
            let shown = match args.language.as_str() {
                "eql" => tripline_eql::print_ast(&tripline_eql::parse(text).0),
                "lucene" => tripline_lucene::print_ast(&tripline_lucene::parse(text).0),
                "spl" => tripline_spl::print_ast(&tripline_spl::parse(text, &environment).query),
                "sigma" => {
                    let documents = tripline_sigma::read(text).documents;
                    let rules =
                        documents.iter().map(|one| format!("{:#?}", tripline_sigma::parse(one).0));
                    rules.collect::<Vec<_>>().join("\n")
                }
                _ => tripline_kql::print_ast(&tripline_kql::parse(text).0),
            };
            writeln!(out, "{}", shown.trim_end())?;
        }
        "expanded" if args.language != "spl" => {
            return Err(Failure::user(format!(
                "--stage expanded is for spl; {} has no macros",
                args.language
            )));
        }
        "expanded" => writeln!(out, "{}", tripline_spl::expand(text, &environment).text)?,
        stage => plan(&mut out, stage, compiled, args, schema)?,
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn mistakes(compiled: &Compiled, text: &str) -> String {
    let source = SourceText::new("query", text);
    compiled.diagnostics.iter().map(|d| render(d, &source, color_err())).collect()
}

fn plan(
    out: &mut dyn Write,
    stage: &str,
    compiled: Compiled,
    args: &Args,
    schema: &Schema,
) -> Result<(), Failure> {
    let shown = mistakes(&compiled, &args.query);
    let Some(plan) = compiled.plan else { return Err(Failure::Shown(shown)) };
    if compiled.diagnostics.iter().any(|d: &Diagnostic| !d.is_error()) {
        write!(io::stderr(), "{shown}")?;
    }
    match stage {
        "bound" => {
            let Some(mapping) = schema.mapping(&args.source) else {
                let names = schema.mappings().iter().map(|m| &*m.id);
                let help = tripline_diag::did_you_mean(&args.source, names);
                let help = help.map(|h| format!("; {h}")).unwrap_or_default();
                return Err(Failure::user(format!(
                    "there is no source type `{}`{help}",
                    args.source
                )));
            };
            let mut names: Vec<(String, String)> = Vec::new();
            plan.for_each_field(&mut |field| {
                let found = schema.resolve(mapping, &field.view, &field.name);
                let text = found.map_or("(never there)".to_owned(), |expr| format!("{expr:?}"));
                names.push((field.column(), text));
            });
            names.sort();
            names.dedup();
            for (name, expr) in names {
                writeln!(out, "{name} = {expr}")?;
            }
            Matcher::new(&[&plan], schema, Context::default())
                .map_err(|errors| Failure::user(errors[0].1.to_string()))?;
        }
        "physical" => match &plan.tail {
            Tail::Pipeline(pipeline) => {
                let names: Vec<_> = pipeline.columns.iter().map(|f| f.column().into()).collect();
                let text = tripline_pipeline::explain(pipeline, &names).map_err(Failure::user)?;
                writeln!(out, "{}", text.trim_end())?;
            }
            _ => {
                return Err(Failure::user(
                    "--stage physical is for pipelines (spl); this query has none",
                ));
            }
        },
        _ => write!(out, "{}", tripline_ir::print(&plan))?,
    }
    Ok(())
}
