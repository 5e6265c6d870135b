//! A faster `date_trunc` for times in UTC, which all tables have.
//!
//! `DataFusion` looks up each row in the calendar of its zone, which takes far longer than reading the row. In UTC all days
//! have the same length. Units longer than a day and other zones are left to the original.

use std::sync::Arc;

use arrow_array::TimestampMillisecondArray;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use arrow_schema::{DataType, FieldRef, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions::datetime::date_trunc;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

/// The function, which replaces the original.
pub(crate) fn date_trunc_utc() -> ScalarUDF {
    ScalarUDF::from(DateTrunc { original: date_trunc() })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct DateTrunc {
    original: Arc<ScalarUDF>,
}

impl ScalarUDFImpl for DateTrunc {
    fn name(&self) -> &str {
        self.original.name()
    }

    fn aliases(&self) -> &[String] {
        self.original.aliases()
    }

    fn signature(&self) -> &Signature {
        self.original.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.original.return_type(arguments)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.original.return_field_from_args(arguments)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let truncated = match &arguments.args[..] {
            [ColumnarValue::Scalar(unit), ColumnarValue::Array(times)] => {
                let is_utc = |zone: &Arc<str>| matches!(&**zone, "UTC" | "+00:00" | "Z");
                let millis = unit_millis(unit);
                match (times.data_type(), millis) {
                    (DataType::Timestamp(TimeUnit::Millisecond, Some(zone)), Some(millis))
                        if is_utc(zone) =>
                    {
                        Some((times.as_primitive::<TimestampMillisecondType>(), Arc::clone(zone), millis))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let Some((times, zone, millis)) = truncated else {
            return self.original.invoke_with_args(arguments);
        };
        let truncated: TimestampMillisecondArray = times.unary(|at| at - at.rem_euclid(millis));
        Ok(ColumnarValue::Array(Arc::new(truncated.with_timezone(zone))))
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.original.output_ordering(inputs)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.original.documentation()
    }
}

/// The length of a unit in milliseconds; `None` if it has no fixed length.
fn unit_millis(unit: &ScalarValue) -> Option<i64> {
    let (ScalarValue::Utf8(Some(unit))
    | ScalarValue::Utf8View(Some(unit))
    | ScalarValue::LargeUtf8(Some(unit))) = unit
    else {
        return None;
    };
    match unit.to_ascii_lowercase().as_str() {
        "second" => Some(1000),
        "minute" => Some(60_000),
        "hour" => Some(3_600_000),
        "day" => Some(86_400_000),
        _ => None,
    }
}
