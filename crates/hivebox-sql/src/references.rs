//! How often SQL would read tables if each mention of a `WITH` were written out.
//!
//! The planner walks the plan of a mention again for each mention, before there is any plan that `bounds` could look at. So SQL
//! that mentions its parts twice, again and again, is refused while it is still a parsed text.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::error::Result;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Ident, ObjectName, Query, Visit, Visitor};
use hivebox_archive::query::QueryError;

use crate::error::ours;

/// The most tables and subqueries, each counted as often as it is mentioned.
const MOST_REFERENCES: u64 = 1000;
/// The most `WITH` inside each other. `DataFusion` looks at the inner ones twice for each outer one.
const MOST_NESTED: usize = 6;

/// Refuses SQL that mentions too much.
pub(crate) fn check(statement: &Statement) -> Result<()> {
    let refused = match statement {
        Statement::Statement(statement) => statement.visit(&mut References::default()),
        Statement::Explain(explain) => return check(&explain.statement),
        // The others change something, so they are refused later.
        _ => return Ok(()),
    };
    match refused {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(reason) => Err(ours(QueryError::TooComplex(reason))),
    }
}

#[derive(Debug, Default)]
struct References {
    /// The queries around the current place, from the outermost to the innermost.
    around: Vec<Level>,
}

/// A query in progress.
#[derive(Debug)]
struct Level {
    /// The references so far.
    references: u64,
    /// The parts of its `WITH` that follow: the address of each in the parsed SQL, and its name.
    parts: Vec<(usize, String)>,
    /// The references of the parts before, by their names in lower case.
    known: HashMap<String, u64>,
}

fn address(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

/// A name without its quotes. Names that differ only in their case count as one, with the most references of them.
fn lower_case(name: &Ident) -> String {
    name.value.to_ascii_lowercase()
}

impl References {
    fn add(&mut self, references: u64) -> ControlFlow<String> {
        let Some(level) = self.around.last_mut() else { return ControlFlow::Continue(()) };
        level.references = level.references.saturating_add(references);
        if level.references <= MOST_REFERENCES {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(format!(
            "the SQL is too complex: it reads more than {MOST_REFERENCES} tables and subqueries, with each part of WITH counted \
             as often as it is mentioned; use fewer joins and unions, and do not build on the same part again and again"
        ))
    }
}

impl Visitor for References {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let parts = query.with.iter().flat_map(|with| &with.cte_tables);
        let mut parts: Vec<_> =
            parts.map(|part| (address(&part.query), lower_case(&part.alias.name))).collect();
        parts.reverse();
        self.around.push(Level { references: 1, parts, known: HashMap::new() });
        let nested = self.around.iter().filter(|level| !level.parts.is_empty()).count();
        if nested > MOST_NESTED {
            return ControlFlow::Break(format!(
                "the SQL is too complex: at most {MOST_NESTED} WITH may be inside each other; name all parts in one WITH"
            ));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let Some(done) = self.around.pop() else { return ControlFlow::Continue(()) };
        if let Some(around) = self.around.last_mut()
            && let Some((_, name)) = around.parts.pop_if(|(part, _)| *part == address(query))
        {
            let known = around.known.entry(name).or_default();
            *known = done.references.max(*known);
            return ControlFlow::Continue(());
        }
        self.add(done.references)
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<String> {
        // The planner knows a part by its name without quotes, and finds a part "a.b" for a.b, too.
        let names: Vec<String> = relation
            .0
            .iter()
            .map(|part| part.as_ident().map_or_else(|| part.to_string(), lower_case))
            .collect();
        let name = names.join(".");
        let known = self.around.iter().filter_map(|level| level.known.get(&name)).max().copied();
        self.add(known.unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParser;

    use super::*;

    #[test]
    fn what_is_mentioned_twice_counts_twice() {
        let chain = |levels: usize, first: &str, next: &str| {
            let parts =
                (1..levels).map(|n| format!("a{n} as ({})", next.replace("IT", &format!("a{}", n - 1))));
            format!(
                "with a0 as ({first}), {} select * from A{}",
                parts.collect::<Vec<_>>().join(", "),
                levels - 1
            )
        };
        let nested = |levels: usize| {
            (0..levels)
                .fold("select 1".to_owned(), |inner, n| format!("with a{n} as ({inner}) select * from a{n}"))
        };
        // Parts with names that need quotes.
        let quoted = |levels: usize, part: &str, mention: &str| {
            let name = |form: &str, n: usize| form.replace('N', &n.to_string());
            let parts = (1..levels).map(|n| {
                let before = name(mention, n - 1);
                format!("{} as (select * from {before} union all select * from {before})", name(part, n))
            });
            let parts = parts.collect::<Vec<_>>().join(", ");
            let last = name(mention, levels - 1);
            format!("with {} as (select 1), {parts} select * from {last}", name(part, 0))
        };
        let readings = "select * from readings";
        for (text, is_fine) in [
            (readings.to_owned(), true),
            (chain(60, readings, "select * from IT"), true),
            (chain(6, readings, "select * from IT union all select * from IT"), true),
            (chain(17, readings, "select * from IT union all select * from IT"), false),
            (chain(17, "select 1", "select * from IT union all select * from IT"), false),
            (chain(17, readings, "select * from (select * from IT) x join \"IT\" y using (box_id)"), false),
            (chain(17, readings, "select 1 from IT where exists (select 1 from IT)"), false),
            (format!("explain {}", chain(17, readings, "select * from IT, IT as b")), false),
            (quoted(6, "`aN`", "`aN`"), true),
            (quoted(17, "aN", "`aN`"), false),
            (quoted(17, "`aN`", "aN"), false),
            (quoted(17, "AN", "`aN`"), false),
            (quoted(17, "\"AN\"", "`AN`"), false),
            (quoted(17, "\"a\"\"N\"", "\"a\"\"N\""), false),
            (quoted(17, "\"a\"\"N\"", "`a\"N`"), false),
            (quoted(17, "`a``N`", "`a``N`"), false),
            (quoted(17, "\"a.bN\"", "a.bN"), false),
            (quoted(17, "\"a.bN\"", "`a`.\"bN\""), false),
            (
                // A part with few references hides none with many.
                quoted(9, "`AN`", "`AN`")
                    .replace(" select * from `A8`", ", a8 as (select 1) select * from ALL")
                    .replace("ALL", &["`A8`"; 4].join(", ")),
                false,
            ),
            (nested(6), true),
            (nested(40), false),
        ] {
            let statement = DFParser::parse_sql(&text).unwrap().pop_back().unwrap();
            assert_eq!(check(&statement).is_ok(), is_fine, "{text}");
        }
    }
}
