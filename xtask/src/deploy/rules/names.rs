//! The names of metrics in an expression of Prometheus.

use std::collections::BTreeSet;

/// The names in the snapshot of all series.
pub(super) fn of_snapshot(snapshot: &str) -> BTreeSet<String> {
    let quoted = snapshot.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
    quoted.map(str::to_owned).collect()
}

/// Names in an expression that neither the service nor a recording rule has.
pub(super) fn problems(
    place: &str,
    expression: &str,
    known: &BTreeSet<String>,
    recorded: &BTreeSet<String>,
) -> Vec<String> {
    let unknown = metrics(expression).into_iter().filter(|name| {
        let among = if name.contains(':') { recorded } else { known };
        !among.contains(name)
    });
    unknown.map(|name| format!("{place}: no metric {name} exists")).collect()
}

/// Metrics of HiveBox, of its process, and of recording rules.
pub(super) fn metrics(expression: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    let without_texts = without_texts(expression);
    let words = without_texts.split(|character| !is_part(character));
    let is_metric =
        |word: &&str| word.starts_with("hivebox_") || word.starts_with("process_") || word.contains(':');
    // A subquery such as [30m:1m] has a colon too.
    let is_range = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit() || first == ':');
    words.filter(is_metric).filter(|word| !is_range(word)).map(str::to_owned).collect()
}

/// Removes the values of labels, which may look like names.
fn without_texts(expression: &str) -> String {
    expression.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_among_functions_labels_and_values() {
        let expression = "sum by (job) (rate(hivebox_a_total{x=\"hivebox_b\",y=~\"a:b\"}[5m:1m])) / job:hivebox_c:rate5m \
                          and process_d > up";
        let found = metrics(expression).into_iter().collect::<Vec<_>>();
        assert_eq!(found, ["hivebox_a_total", "job:hivebox_c:rate5m", "process_d"]);
    }

    #[test]
    fn unknown_names_are_reported() {
        let known = of_snapshot("expression: names\n{\n    \"hivebox_a\",\n}\n");
        let recorded = BTreeSet::from(["job:a:b".to_owned()]);
        assert_eq!(problems("x", "hivebox_a + job:a:b", &known, &recorded), Vec::<String>::new());
        assert_eq!(
            problems("x", "hivebox_b + job:a:c", &known, &recorded),
            ["x: no metric hivebox_b exists", "x: no metric job:a:c exists"]
        );
    }
}
