//! Keeps docs/chores.md in step with chores.toml.

use std::fmt::Write as _;

use hivebox_climate::chores::{Chore, Chores, Condition, Language, Range, Rules};

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
    let daylight = if chore.needs_daylight() { "; daylight" } else { "" };
    let needs = |rules: &Rules| -> String {
        let names = rules.needs().iter().map(|need| chores.input_name(*need, Language::English));
        names.collect::<Vec<_>>().join("; ")
    };
    writeln!(to, "`{}` needs: {}{daylight}.\n", chore.slug(), needs(chore.rules())).unwrap();
    rows(to, chores, chore.rules());
    if let Some(ahead) = chore.ahead() {
        writeln!(to, "\nWith a forecast: {}{daylight}.\n", needs(ahead)).unwrap();
        rows(to, chores, ahead);
    }
    writeln!(to).unwrap();
    let ahead = chore.ahead();
    let caveat =
        |rules: &Rules, when: &str| rules.caveat(Language::English).map(|caveat| format!("{when}{caveat}"));
    let is_same =
        ahead.is_none_or(|ahead| ahead.caveat(Language::English) == chore.rules().caveat(Language::English));
    let caveats = [
        caveat(chore.rules(), if is_same { "" } else { "Without a forecast: " }),
        ahead.filter(|_| !is_same).and_then(|ahead| caveat(ahead, "With a forecast: ")),
    ];
    let readings = chore.rules().readings().chain(ahead.into_iter().flat_map(Rules::readings));
    let label = chore.label(Language::English).map(str::to_owned);
    for more in label.into_iter().chain(caveats.into_iter().flatten()).chain(readings.map(str::to_owned)) {
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
            match &source.address {
                Some(address) => format!("[{}]({address}){says}", source.title),
                None => format!("{}{says}", source.title),
            }
        })
        .collect();
    writeln!(to, "* By {}.", sources.join(" · ")).unwrap();
}

fn rows(to: &mut String, chores: &Chores, rules: &Rules) {
    writeln!(to, "| verdict | when |\n|---|---|").unwrap();
    for rule in rules.rules() {
        let when: Vec<String> = rule.when().iter().map(|condition| words(chores, condition)).collect();
        writeln!(to, "| `{}` | {} |", rule.verdict().slug(), when.join(" and ")).unwrap();
    }
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
