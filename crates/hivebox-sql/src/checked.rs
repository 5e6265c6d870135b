//! Whole numbers never wrap around, and collected values stay small.
//!
//! `DataFusion` computes whole numbers modulo 2⁶⁴. So a rule computes them as decimals, which have room, and casts the result
//! back, which fails if it does not fit. This needs no functions of our own, so a cluster does the same.

use arrow_schema::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, WindowFunctionDefinition,
    cast, lit,
};
use datafusion::optimizer::AnalyzerRule;

use crate::functions::at_most;
use crate::functions::judged::collects;

/// The rule. It works after the types of all expressions are known.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The most bytes of a collected value. `None` on a cluster, whose machines have their own memory.
    pub(crate) collected_bytes: Option<u64>,
}

/// Whole numbers of up to 20 digits, as many as 2⁶⁴ has.
const WIDE: DataType = DataType::Decimal128(20, 0);
/// Signed ones of up to 19 digits: their products have 38, which fit.
const FACTOR: DataType = DataType::Decimal128(19, 0);
/// Products of unsigned numbers. They do not fit into 128 bits.
const WIDER: DataType = DataType::Decimal256(40, 0);
/// What these are narrowed to first, with a check: a cast from 256 bits to a whole number has none.
const NARROW: DataType = DataType::Decimal128(38, 0);

impl AnalyzerRule for Checked {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(|plan| self.node(plan))?.data)
    }

    fn name(&self) -> &'static str {
        "checked_integers"
    }
}

impl Checked {
    fn node(&self, plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        let plan = plan.map_expressions(|expression| {
            let name = names.save(&expression);
            let checked = expression.transform_up(|expression| arithmetic(expression, &schema))?;
            Ok(checked.update_data(|expression| name.restore(expression)))
        })?;
        let is_changed = plan.transformed;
        let plan = if is_changed { plan.data.recompute_schema()? } else { plan.data };
        match plan {
            LogicalPlan::Aggregate(aggregate) => {
                let groups = aggregate.schema.fields().len() - aggregate.aggr_expr.len();
                self.results(LogicalPlan::Aggregate(aggregate), groups, &schema)
            }
            LogicalPlan::Window(window) => {
                let columns = window.input.schema().fields().len();
                self.results(LogicalPlan::Window(window), columns, &schema)
            }
            plan => Ok(Transformed::new_transformed(plan, is_changed)),
        }
    }

    /// Checks the results of the functions of a plan, which are its columns from `first` on.
    fn results(&self, plan: LogicalPlan, first: usize, input: &DFSchema) -> Result<Transformed<LogicalPlan>> {
        let schema = plan.schema().clone();
        let functions = match &plan {
            LogicalPlan::Aggregate(aggregate) => &aggregate.aggr_expr,
            LogicalPlan::Window(window) => &window.window_expr,
            _ => return Ok(Transformed::no(plan)),
        };
        let mut columns: Vec<Expr> = schema.columns().into_iter().map(Expr::Column).collect();
        let mut computed = Vec::with_capacity(functions.len());
        let mut is_changed = false;
        for (index, function) in functions.iter().enumerate() {
            let at = first + index;
            let (qualifier, field) = schema.qualified_field(at);
            let Some((wide, finish)) = self.result(function, input)? else {
                computed.push(function.clone());
                continue;
            };
            is_changed = true;
            let (relation, name) = wide.qualified_name();
            let column = finish(Expr::Column(Column::new(relation, name)));
            columns[at] = column.alias_qualified(qualifier.cloned(), field.name().clone());
            computed.push(wide);
        }
        if !is_changed {
            return Ok(Transformed::no(plan));
        }
        let plan = match plan {
            LogicalPlan::Aggregate(aggregate) => {
                LogicalPlan::Aggregate(datafusion::logical_expr::Aggregate::try_new(
                    aggregate.input,
                    aggregate.group_expr,
                    computed,
                )?)
            }
            LogicalPlan::Window(window) => {
                LogicalPlan::Window(datafusion::logical_expr::Window::try_new(computed, window.input)?)
            }
            plan => plan,
        };
        Ok(Transformed::yes(LogicalPlanBuilder::from(plan).project(columns)?.build()?))
    }

    /// What to compute instead of a function, and what to make of its result; `None` if nothing has to change.
    fn result(&self, function: &Expr, input: &DFSchema) -> Result<Option<(Expr, Finish)>> {
        let (named, alias) = match function {
            Expr::Alias(alias) => (alias.expr.as_ref(), Some(alias)),
            function => (function, None),
        };
        let realias = |wide: Expr| match alias {
            Some(alias) => wide.alias_qualified(alias.relation.clone(), alias.name.clone()),
            None => wide,
        };
        let is_sum = |function: &WindowFunctionDefinition| matches!(function, WindowFunctionDefinition::AggregateUDF(function) if function.name() == "sum");
        let summed = match named {
            Expr::AggregateFunction(aggregate) if aggregate.func.name() == "sum" => &aggregate.params.args,
            Expr::WindowFunction(window) if is_sum(&window.fun) => &window.params.args,
            Expr::AggregateFunction(aggregate) if collects(aggregate.func.name()) => {
                let Some(bytes) = self.collected_bytes else { return Ok(None) };
                return Ok(Some((function.clone(), Box::new(move |value| at_most(bytes).call(vec![value])))));
            }
            _ => return Ok(None),
        };
        let Some(of) = whole_type(summed.first(), input)? else { return Ok(None) };
        let mut wide = named.clone();
        let arguments = match &mut wide {
            Expr::AggregateFunction(aggregate) => &mut aggregate.params.args,
            Expr::WindowFunction(window) => &mut window.params.args,
            _ => return Ok(None),
        };
        *arguments = std::mem::take(arguments).into_iter().map(|argument| cast(argument, WIDE)).collect();
        Ok(Some((realias(wide), Box::new(move |sum| cast(sum, of.clone())))))
    }
}

/// Makes the result of SQL of the result of a function.
type Finish = Box<dyn Fn(Expr) -> Expr>;

fn whole_type(argument: Option<&Expr>, schema: &DFSchema) -> Result<Option<DataType>> {
    let data_type = argument.map(|argument| argument.get_type(schema)).transpose()?;
    Ok(data_type.filter(DataType::is_integer))
}

fn arithmetic(expression: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match expression {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: op @ (Operator::Plus | Operator::Minus | Operator::Multiply),
            right,
        }) => {
            let of = left.get_type(schema)?;
            if !of.is_integer() || right.get_type(schema)? != of {
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right })));
            }
            let wide = match (&of, op) {
                (
                    DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16,
                    _,
                ) => DataType::Int64,
                (DataType::UInt64, Operator::Multiply) => WIDER,
                (_, Operator::Multiply) => FACTOR,
                _ => WIDE,
            };
            let widened = |side: Box<Expr>| Box::new(cast(*side, wide.clone()));
            let result = Expr::BinaryExpr(BinaryExpr { left: widened(left), op, right: widened(right) });
            let result = if wide == WIDER { cast(result, NARROW) } else { result };
            Ok(Transformed::yes(cast(result, of)))
        }
        Expr::Negative(number) => {
            let of = number.get_type(schema)?;
            if !of.is_integer() {
                return Ok(Transformed::no(Expr::Negative(number)));
            }
            let zero = Box::new(cast(lit(ScalarValue::Int64(Some(0))), WIDE));
            let number = Box::new(cast(*number, WIDE));
            let result = Expr::BinaryExpr(BinaryExpr { left: zero, op: Operator::Minus, right: number });
            Ok(Transformed::yes(cast(result, of)))
        }
        expression => Ok(Transformed::no(expression)),
    }
}
