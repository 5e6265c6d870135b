//! Keeps docs/chores.md in step with chores.toml.

use std::fmt::Write as _;

use hivebox_climate::chores::{Chore, Chores, Condition, Language, Range};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/chores.md");
const BEGIN: &str =
    "<!-- From chores.toml; `UPDATE_DOCS=1 cargo test -p hivebox-climate chores` writes it. -->\n";
const END: &str = "<!-- So far. -->\n";

#[test]
fn the_documentation_shows_chores_as_they_are_judged() {
    let docs = std::fs::read_to_string(DOCS).unwrap();
    let (before, rest) = docs.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(DOCS, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert!(
            shown == table,
            "docs/chores.md is not what chores.toml says; UPDATE_DOCS=1 writes it:\n{table}"
        );
    }
}

fn table() -> String {
    let chores = Chores::builtin();
    let mut table = String::new();
    for chore in chores.iter() {
        section(&mut table, chores, chore);
    }
    table
}

fn section(to: &mut String, chores: &Chores, chore: &Chore) {
    writeln!(to, "\n### {}\n", chore.name(Language::English)).unwrap();
    let needs: Vec<&str> =
        chore.needs().iter().map(|need| chores.input_name(*need, Language::English)).collect();
    writeln!(to, "`{}` needs: {}.\n", chore.slug(), needs.join("; ")).unwrap();
    writeln!(to, "| verdict | when |\n|---|---|").unwrap();
    for rule in chore.rules() {
        let when: Vec<String> = rule.when().iter().map(|condition| words(chores, condition)).collect();
        writeln!(to, "| `{}` | {} |", rule.verdict().slug(), when.join(" and ")).unwrap();
    }
    writeln!(to).unwrap();
    for more in [chore.label(Language::English), chore.caveat(Language::English)]
        .into_iter()
        .flatten()
        .chain(chore.readings())
    {
        writeln!(to, "* {more}").unwrap();
    }
    for doubt in chore.not_confirmed() {
        writeln!(to, "* Not confirmed: {doubt}").unwrap();
    }
    let sources: Vec<String> = chore
        .sources()
        .iter()
        .map(|source| {
            let says = source.says.as_ref().map_or(String::new(), |says| format!(" ({says})"));
            format!("[{}]({}){says}", source.title, source.address)
        })
        .collect();
    writeln!(to, "* By {}.", sources.join(" · ")).unwrap();
}

fn words(chores: &Chores, condition: &Condition) -> String {
    let name = chores.input_name(condition.input(), Language::English);
    match condition {
        Condition::Told { is, .. } => format!("{name}: {}", if *is { "yes" } else { "no" }),
        Condition::Within { input, range: Range { lower, upper } } => {
            let unit = chores.input_unit(*input).unwrap();
            let lower = lower.map(|bound| {
                format!("{} {} {unit}", if bound.includes_limit { "≥" } else { ">" }, bound.limit)
            });
            let upper = upper.map(|bound| {
                format!("{} {} {unit}", if bound.includes_limit { "≤" } else { "<" }, bound.limit)
            });
            let bounds: Vec<String> = lower.into_iter().chain(upper).collect();
            format!("{name} {}", bounds.join(", "))
        }
    }
}
