//! What SQL can grow into, before anything of it is optimised or run.
//!
//! Two things must stay small. The *plan*: rules copy shared parts, so a plan that mentions itself twice, again and again,
//! doubles with each time; this counts the parts as if all of them had been copied. And the *rows*: operators hold a batch of
//! rows, so this computes how wide a row can get, and from that how many rows a batch may have.

use arrow_schema::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchemaRef, ScalarValue, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Operator, WindowFunctionDefinition};
use hivebox_archive::query::QueryError;

use crate::error::ours;
use crate::functions::judged::{Growth, collects, growth};
use crate::table::column_bytes;

/// What the memory of all SQL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// The most bytes of a batch of rows.
    batch_bytes: u64,
}

/// How many batches must fit into the memory at once: those that operators hand on, and those that they work on.
const BATCHES: u64 = 16;
/// The most rows of a batch, which is the default of `DataFusion`, and the fewest. Fewer take too long.
const BATCH_ROWS: (u64, u64) = (8, 8192);
/// The most parts of a plan: nodes, their columns and expressions. Planning takes milliseconds for a hundred of them.
const MOST_PARTS: u64 = 20_000;
/// The most bytes of a number, a time or a truth, with what an array needs beside it.
const FIXED: u64 = 32;
/// The most centroids of a digest. Each group reserves room for all of them.
const MOST_CENTROIDS: i64 = 1000;

impl Room {
    pub(crate) fn of(memory_bytes: usize) -> Self {
        Self { batch_bytes: memory_bytes as u64 / BATCHES }
    }

    /// The most bytes of a row.
    fn row_bytes(self) -> u64 {
        self.batch_bytes / BATCH_ROWS.0
    }

    /// The most bytes of one value that an aggregate function collects.
    pub(crate) fn collected_bytes(self) -> u64 {
        self.row_bytes() / 4
    }

    /// How many rows a batch may have; fails if the plan or its rows can grow too large.
    pub(crate) fn batch_rows(self, plan: &LogicalPlan) -> Result<usize> {
        let mut walk = Walk { room: self, parts: 0, widest: 1, outer: Vec::new() };
        walk.plan(plan)?;
        if walk.widest > self.row_bytes() {
            let widest = walk.widest;
            return too_complex(format!(
                "the SQL builds rows of up to {widest} bytes, and a row may have {}: build shorter texts and lists, or raise \
                 query-memory",
                self.row_bytes()
            ));
        }
        let rows = (self.batch_bytes / walk.widest).clamp(BATCH_ROWS.0, BATCH_ROWS.1);
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }
}

fn too_complex<T>(reason: String) -> Result<T> {
    Err(ours(QueryError::TooComplex(reason)))
}

/// What a value can grow into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    /// The most bytes of the value.
    bytes: u64,
    /// The most bytes of all values that it is built from.
    work: u64,
    /// How many parts its expression has once the expressions of all columns are put in.
    parts: u64,
}

impl Cost {
    const FIXED: Self = Self { bytes: FIXED, work: 0, parts: 1 };

    /// The value of an expression over others.
    fn over(children: &[Self], bytes: u64) -> Self {
        let sum = |of: fn(&Self) -> u64| children.iter().map(of).fold(0, u64::saturating_add);
        Self {
            bytes,
            work: sum(|child| child.work).saturating_add(if bytes > FIXED { bytes } else { 0 }),
            parts: sum(|child| child.parts).saturating_add(1),
        }
    }
}

/// The columns that an expression can name.
type Scope = (DFSchemaRef, Vec<Cost>);

struct Walk {
    room: Room,
    parts: u64,
    /// The most bytes of a row, and of what is built for it.
    widest: u64,
    /// The columns around a subquery.
    outer: Vec<Scope>,
}

impl Walk {
    fn add(&mut self, parts: u64) -> Result<()> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts <= MOST_PARTS {
            return Ok(());
        }
        too_complex(format!(
            "the SQL is too complex: its plan grows to more than {MOST_PARTS} parts; use fewer joins, unions and nested \
             expressions, and do not build on the same subquery again and again"
        ))
    }

    /// The columns of a plan.
    fn plan(&mut self, plan: &LogicalPlan) -> Result<Vec<Cost>> {
        let schema = plan.schema();
        self.add(1 + schema.fields().len() as u64)?;
        if let LogicalPlan::RecursiveQuery(_) = plan {
            return plan_err!("WITH RECURSIVE is not supported: nothing bounds how far its values grow");
        }
        let inputs = plan.inputs().into_iter();
        let inputs: Vec<Scope> =
            inputs.map(|input| Ok((input.schema().clone(), self.plan(input)?))).collect::<Result<_>>()?;
        let mut costs = Vec::new();
        plan.apply_expressions(|expression| {
            let cost = self.expression(expression, &inputs)?;
            self.add(cost.parts)?;
            costs.push(cost);
            Ok(TreeNodeRecursion::Continue)
        })?;
        let work = costs.iter().map(|cost| cost.work).fold(0, u64::saturating_add);
        let columns = columns(plan, &inputs, costs);
        let width = columns.iter().map(|column| column.bytes).fold(0, u64::saturating_add);
        self.widest = self.widest.max(width.saturating_add(work));
        Ok(columns.into_iter().map(|column| Cost { work: 0, ..column }).collect())
    }

    fn expression(&mut self, expression: &Expr, scopes: &[Scope]) -> Result<Cost> {
        match expression {
            Expr::Column(column) => {
                return Ok(find(scopes, column).or_else(|| find(&self.outer, column)).unwrap_or(Cost::FIXED));
            }
            Expr::OuterReferenceColumn(field, column) => {
                // The columns beside a lateral join are not known here.
                let is_fixed = column_bytes(field.data_type()) <= FIXED;
                let bytes = if is_fixed { FIXED } else { self.room.collected_bytes() };
                return Ok(find(&self.outer, column).unwrap_or(Cost { bytes, ..Cost::FIXED }));
            }
            Expr::Literal(value, _) => {
                let bytes =
                    value.try_as_str().flatten().map_or_else(|| value.size().max(FIXED as usize), str::len);
                return Ok(Cost { bytes: bytes as u64, ..Cost::FIXED });
            }
            Expr::ScalarSubquery(subquery) => {
                let columns = self.subquery(&subquery.subquery, scopes)?;
                return Ok(columns.first().copied().unwrap_or(Cost::FIXED));
            }
            Expr::Exists(exists) => drop(self.subquery(&exists.subquery.subquery, scopes)?),
            Expr::InSubquery(within) => drop(self.subquery(&within.subquery.subquery, scopes)?),
            Expr::SetComparison(set) => drop(self.subquery(&set.subquery.subquery, scopes)?),
            Expr::HigherOrderFunction(_) | Expr::Lambda(_) | Expr::LambdaVariable(_) => {
                return plan_err!("functions as arguments are not supported");
            }
            _ => {}
        }
        let mut children = Vec::new();
        expression.apply_children(|child| {
            children.push(self.expression(child, scopes)?);
            Ok(TreeNodeRecursion::Continue)
        })?;
        let sum = children.iter().map(|child| child.bytes).fold(0, u64::saturating_add);
        let largest = children.iter().map(|child| child.bytes).max().unwrap_or(FIXED);
        let bytes = match expression {
            Expr::Alias(_) => return Ok(children.first().copied().unwrap_or(Cost::FIXED)),
            Expr::BinaryExpr(binary) if binary.op == Operator::StringConcat => sum,
            Expr::Case(_) | Expr::GroupingSet(_) | Expr::Unnest(_) => largest,
            Expr::Cast(cast) => cast_bytes(cast.field.data_type(), largest)?,
            Expr::TryCast(cast) => cast_bytes(cast.field.data_type(), largest)?,
            Expr::ScalarFunction(function) => scalar_bytes(function, &children)?,
            Expr::AggregateFunction(function) => self.aggregate_bytes(function, largest)?,
            Expr::WindowFunction(function) => window_bytes(function, largest)?,
            _ => FIXED,
        };
        let cost = Cost::over(&children, bytes);
        // Stops before the numbers lose their meaning.
        if cost.parts > MOST_PARTS {
            self.add(cost.parts)?;
        }
        Ok(cost)
    }

    fn subquery(&mut self, plan: &LogicalPlan, scopes: &[Scope]) -> Result<Vec<Cost>> {
        let length = self.outer.len();
        self.outer.extend_from_slice(scopes);
        let columns = self.plan(plan);
        self.outer.truncate(length);
        columns
    }

    fn aggregate_bytes(&self, function: &AggregateFunction, largest: u64) -> Result<u64> {
        let name = function.func.name();
        check_centroids(name, &function.params.args)?;
        Ok(if collects(name) { self.room.collected_bytes() } else { largest.max(FIXED) })
    }
}

/// The columns of a plan over `inputs` whose expressions cost `costs`.
fn columns(plan: &LogicalPlan, inputs: &[Scope], costs: Vec<Cost>) -> Vec<Cost> {
    let schema = plan.schema();
    let by_type =
        || schema.fields().iter().map(|field| Cost { bytes: column_bytes(field.data_type()), ..Cost::FIXED });
    match plan {
        LogicalPlan::Projection(_) => costs,
        LogicalPlan::Window(_) => {
            inputs.iter().flat_map(|(_, columns)| columns).copied().chain(costs).collect()
        }
        LogicalPlan::Aggregate(aggregate) => {
            let groups = schema.fields().len().saturating_sub(aggregate.aggr_expr.len());
            let (by, values) = costs.split_at(aggregate.group_expr.len().min(costs.len()));
            if groups == by.len() {
                costs
            } else {
                // Grouping sets: one expression holds all of them.
                let largest = by.iter().copied().max_by_key(|cost| cost.bytes).unwrap_or(Cost::FIXED);
                std::iter::repeat_n(largest, groups).chain(values.iter().copied()).collect()
            }
        }
        LogicalPlan::Union(_) => {
            let nth =
                |index: usize| inputs.iter().filter_map(move |(_, columns)| columns.get(index).copied());
            (0..schema.fields().len()).map(|index| nth(index).reduce(larger).unwrap_or(Cost::FIXED)).collect()
        }
        LogicalPlan::Values(values) => {
            let columns = schema.fields().len();
            debug_assert_eq!(costs.len(), columns * values.values.len());
            let nth = |index: usize| costs.iter().skip(index).step_by(columns.max(1)).copied();
            (0..columns).map(|index| nth(index).reduce(larger).unwrap_or(Cost::FIXED)).collect()
        }
        LogicalPlan::Unnest(unnest) => {
            let input = inputs.first().map_or(&[][..], |(_, columns)| columns);
            let of = |index: &usize| input.get(*index).copied().unwrap_or(Cost::FIXED);
            unnest.dependency_indices.iter().map(of).collect()
        }
        LogicalPlan::Join(_) => {
            let named = schema.iter().map(|(qualifier, field)| {
                find(inputs, &Column::new(qualifier.cloned(), field.name().clone()))
            });
            // A join can add a mark, which is a truth.
            named.map(|column| column.unwrap_or(Cost::FIXED)).collect()
        }
        LogicalPlan::Distinct(Distinct::On(on)) => {
            costs.into_iter().skip(on.on_expr.len()).take(on.select_expr.len()).collect()
        }
        LogicalPlan::Filter(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Distinct(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Subquery(_)
        | LogicalPlan::SubqueryAlias(_) => match inputs {
            [(_, columns)] if columns.len() == schema.fields().len() => columns.clone(),
            _ => by_type().collect(),
        },
        _ => by_type().collect(),
    }
}

fn larger(one: Cost, other: Cost) -> Cost {
    let (bytes, parts) = (one.bytes.max(other.bytes), one.parts.max(other.parts));
    Cost { bytes, work: 0, parts }
}

fn find(scopes: &[Scope], column: &Column) -> Option<Cost> {
    let found = |(schema, costs): &Scope| costs.get(schema.maybe_index_of_column(column)?).copied();
    // The innermost columns come last.
    scopes.iter().rev().find_map(found)
}

/// A cast from a value of `from` bytes. A list as text takes a few bytes more for each item, and a number up to 80 digits.
fn cast_bytes(to: &DataType, from: u64) -> Result<u64> {
    if has_fixed_lists(to) {
        return plan_err!("lists of a fixed length are not supported: leave out the length, as in bigint[]");
    }
    Ok(if column_bytes(to) <= FIXED { FIXED } else { from.saturating_mul(4).max(96) })
}

/// Whether values of a type take room for all items of a list, even if there is no list.
fn has_fixed_lists(data_type: &DataType) -> bool {
    match data_type {
        DataType::FixedSizeList(..) => true,
        DataType::List(item) | DataType::LargeList(item) => has_fixed_lists(item.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| has_fixed_lists(field.data_type())),
        _ => false,
    }
}

/// Refuses large digests, and those of a size that is not known yet.
fn check_centroids(name: &str, arguments: &[Expr]) -> Result<()> {
    let before = match name {
        "approx_percentile_cont" => 2,
        "approx_percentile_cont_with_weight" => 3,
        _ => return Ok(()),
    };
    for centroids in arguments.iter().skip(before) {
        match whole(centroids) {
            Some(centroids) if centroids <= MOST_CENTROIDS => {}
            Some(_) => {
                return too_complex(format!(
                    "{name} may use at most {MOST_CENTROIDS} centroids: ask for fewer"
                ));
            }
            None => {
                return too_complex(format!(
                    "the number of centroids of {name} must be a plain number, of at most {MOST_CENTROIDS}"
                ));
            }
        }
    }
    Ok(())
}

fn window_bytes(function: &WindowFunction, largest: u64) -> Result<u64> {
    check_centroids(function.fun.name(), &function.params.args)?;
    match &function.fun {
        WindowFunctionDefinition::AggregateUDF(aggregate) if collects(aggregate.name()) => {
            plan_err!("{} cannot be used with OVER: each row would hold all rows before it", aggregate.name())
        }
        _ => Ok(largest.max(FIXED)),
    }
}

fn scalar_bytes(function: &ScalarFunction, children: &[Cost]) -> Result<u64> {
    let name = function.func.name();
    let Some(growth) = growth(name) else {
        return plan_err!("the function {name} is not supported");
    };
    let sum = children.iter().map(|child| child.bytes).fold(0, u64::saturating_add);
    let first = children.first().map_or(0, |child| child.bytes);
    let count = function.args.get(1).and_then(whole);
    let counted = || match count {
        Some(count) => Ok(u64::try_from(count).unwrap_or(0)),
        None => too_complex(format!(
            "the second argument of {name} must be a plain number, so that the size of its text is known"
        )),
    };
    Ok(match growth {
        Growth::Fixed => FIXED.max(160),
        Growth::Times(times) => sum.saturating_mul(times).saturating_add(FIXED),
        Growth::Product => children
            .iter()
            .fold(1, |product: u64, child| product.saturating_mul(child.bytes.saturating_add(16))),
        Growth::Joined => sum.saturating_add(first.saturating_mul(children.len() as u64)),
        Growth::Repeated => first.saturating_mul(counted()?).saturating_add(FIXED),
        // A character has up to four bytes.
        Growth::Padded => counted()?.saturating_mul(4).saturating_add(FIXED),
    })
}

/// A literal whole number; `None` if the expression is anything else, however small its value may be.
fn whole(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::Literal(ScalarValue::Null, _) => Some(0),
        Expr::Literal(value, _) => value.cast_to(&DataType::Int64).ok().and_then(|value| match value {
            ScalarValue::Int64(number) => Some(number.unwrap_or(0)),
            _ => None,
        }),
        Expr::Negative(inner) => whole(inner)?.checked_neg(),
        Expr::Alias(alias) => whole(&alias.expr),
        // A cast to another type can change the number: seconds become nanoseconds.
        Expr::Cast(cast) if cast.field.data_type().is_integer() => whole(&cast.expr),
        _ => None,
    }
}
