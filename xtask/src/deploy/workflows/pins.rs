//! The actions of others: each by its hash, or by an exact version that is listed to be pinned.

use std::collections::BTreeSet;

/// The actions that a workflow uses, ours left out.
pub(super) fn used(workflow: &str) -> Vec<String> {
    let lines = workflow.lines().map(|line| line.trim().trim_start_matches("- "));
    let used = lines.filter_map(|line| line.strip_prefix("uses:")?.split_whitespace().next());
    used.filter(|action| !action.starts_with("./")).map(str::to_owned).collect()
}

/// What is wrong with the actions used, and with the list of those still to be pinned.
pub(super) fn problems(used: &[String], list: &str) -> Vec<String> {
    let used: BTreeSet<_> = used.iter().map(String::as_str).collect();
    let mut problems = Vec::new();
    let mut by_version = BTreeSet::new();
    for action in used {
        match action.split_once('@') {
            Some((_, hash)) if is_hash(hash) => {}
            Some((_, version)) if is_exact(version) => {
                by_version.insert(action);
            }
            _ => problems.push(format!("{action}: neither a hash nor an exact version")),
        }
    }
    let listed: BTreeSet<_> = list.lines().filter_map(of_row).collect();
    let missing = by_version.difference(&listed);
    problems.extend(missing.map(|action| format!("{action}: not in the list of those to be pinned")));
    let gone = listed.difference(&by_version);
    problems.extend(gone.map(|action| format!("{action}: in the list of those to be pinned, and not used")));
    problems
}

/// The action in a row such as "| `owner/action@v1.2.3` | … |".
fn of_row(line: &str) -> Option<&str> {
    let action = line.strip_prefix("| `")?.split('`').next()?;
    action.contains('@').then_some(action)
}

fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.chars().all(|character| character.is_ascii_hexdigit())
}

/// Such as `v1.2.3`. `v1` moves with every release of it.
fn is_exact(version: &str) -> bool {
    let Some(numbers) = version.strip_prefix('v') else { return false };
    let numbers: Vec<_> = numbers.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_listed_versions_pass() {
        let workflow = "steps:\n  - uses: a/b@0123456789012345678901234567890123456789 # v1.0.0\n  - name: x\n    \
                        uses: c/d@v1.2.3\n  - uses: ./.github/e\n";
        let used = used(workflow);
        assert_eq!(used, ["a/b@0123456789012345678901234567890123456789", "c/d@v1.2.3"]);
        assert_eq!(
            problems(&used, "| action | for |\n|---|---|\n| `c/d@v1.2.3` | x |\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_moves_or_is_listed_wrongly_is_told() {
        let used = ["a/b@v1", "a/b@main", "a/b", "c/d@v1.2.3"].map(str::to_owned);
        assert_eq!(
            problems(&used, "| `c/d@v1.2.2` | x |"),
            [
                "a/b: neither a hash nor an exact version",
                "a/b@main: neither a hash nor an exact version",
                "a/b@v1: neither a hash nor an exact version",
                "c/d@v1.2.3: not in the list of those to be pinned",
                "c/d@v1.2.2: in the list of those to be pinned, and not used",
            ]
        );
    }
}
