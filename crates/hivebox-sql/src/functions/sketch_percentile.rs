//! `sketch_percentile(sketch, percent)`: a percentile over many hours and areas.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use datafusion::physical_expr::expressions::Literal;
use hivebox_climate::histogram::Histogram;
use hivebox_climate::statistics::Percentile;

/// The function.
pub(crate) fn sketch_percentile() -> AggregateUDF {
    AggregateUDF::from(SketchPercentile {
        signature: Signature::exact(vec![DataType::Binary, DataType::Float64], Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SketchPercentile {
    signature: Signature,
}

/// The sketches of one group, added up.
#[derive(Debug)]
struct Sum {
    percentile: Percentile,
    sketch: Option<Histogram>,
}

impl AggregateUDFImpl for SketchPercentile {
    fn name(&self) -> &'static str {
        "sketch_percentile"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let literal = arguments.exprs.get(1).and_then(|expression| expression.downcast_ref::<Literal>());
        let percentile = match literal.map(Literal::value) {
            Some(ScalarValue::Float64(Some(percent))) => Percentile::new(*percent),
            _ => None,
        };
        let Some(percentile) = percentile else {
            return plan_err!("sketch_percentile takes a sketch and a number from 0 to 100");
        };
        Ok(Box::new(Sum { percentile, sketch: None }))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[sketch]", arguments.name), DataType::Binary, true))])
    }
}

impl Sum {
    fn add(&mut self, sketches: &ArrayRef) -> Result<()> {
        let failed = |error| exec_datafusion_err!("{error}");
        let sketches =
            sketches.as_binary_opt::<i32>().ok_or_else(|| exec_datafusion_err!("sketches are binary"))?;
        for bytes in sketches.iter().flatten() {
            let sketch = Histogram::from_bytes(bytes).map_err(failed)?;
            match &mut self.sketch {
                Some(sum) => sum.merge(&sketch).map_err(failed)?,
                None => self.sketch = Some(sketch),
            }
        }
        Ok(())
    }
}

impl Accumulator for Sum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add(&values[0])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.add(&states[0])
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let bytes = self.sketch.as_ref().map(Histogram::to_bytes).transpose();
        Ok(vec![ScalarValue::Binary(bytes.map_err(|error| exec_datafusion_err!("{error}"))?)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let value = self.sketch.as_ref().and_then(|sketch| sketch.quantile(self.percentile));
        Ok(ScalarValue::Float64(value.map(|value| value.0)))
    }

    fn size(&self) -> usize {
        // A growing vector has up to twice the capacity that it needs.
        size_of::<Self>() + self.sketch.as_ref().map_or(0, |sketch| 24 * sketch.bins())
    }
}
