//! `at_most(value, bytes)`: the value, unless it is larger. SQL cannot call it; the rules put it around collected values.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use hivebox_archive::query::QueryError;

use crate::error::ours;

/// The function, which lets values of up to `bytes` pass.
pub(crate) fn at_most(bytes: u64) -> ScalarUDF {
    ScalarUDF::from(AtMost { bytes, signature: Signature::any(1, Volatility::Stable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AtMost {
    bytes: u64,
    signature: Signature,
}

impl ScalarUDFImpl for AtMost {
    fn name(&self) -> &'static str {
        "at_most"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments[0].clone())
    }

    fn invoke_with_args(&self, mut arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        // The signature asks for one argument.
        let value = arguments.args.swap_remove(0);
        let largest = match &value {
            ColumnarValue::Array(array) => largest_bytes(array),
            ColumnarValue::Scalar(ScalarValue::Null) => 0,
            ColumnarValue::Scalar(scalar) => largest_bytes(&scalar.to_array()?),
        };
        if largest <= self.bytes {
            return Ok(value);
        }
        let reason = format!(
            "string_agg or array_agg collected {largest} bytes, and one value may have {}: group by more, collect fewer values, \
             or raise query-memory",
            self.bytes
        );
        Err(ours(QueryError::TooComplex(reason)))
    }
}

/// The bytes of the largest value.
fn largest_bytes(array: &ArrayRef) -> u64 {
    let largest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default() as u64;
    match array.data_type() {
        DataType::Utf8 => largest(&mut array.as_string::<i32>().iter().flatten().map(str::len)),
        DataType::LargeUtf8 => largest(&mut array.as_string::<i64>().iter().flatten().map(str::len)),
        DataType::Utf8View => largest(&mut array.as_string_view().iter().flatten().map(str::len)),
        DataType::List(_) => {
            let lists = array.as_list::<i32>().iter().flatten();
            // Fails for no type that a list of a query has; then the whole list counts.
            largest(&mut lists.map(|list| {
                list.to_data().get_slice_memory_size().unwrap_or_else(|_| list.get_array_memory_size())
            }))
        }
        _ => array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size()) as u64,
    }
}
