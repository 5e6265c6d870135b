//! A part of the Earth between two meridians and two parallels.

use hivebox_climate::place::Bbox;
use hivebox_kinds::{Kind, number_as_json};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::Type;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema};

/// West, south, east, north.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent;

impl Kind for Extent {
    type Value = Bbox;

    const IS_LIST: bool = true;

    fn read(&self, text: &str) -> Result<Bbox, String> {
        let numbers: Result<Vec<f64>, _> = text.split(',').map(str::parse).collect();
        let numbers = numbers.map_err(|_| "has a value that is not a number".to_owned())?;
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err("has a value that is not a number".to_owned());
        }
        let Ok([west, south, east, north]) = <[f64; 4]>::try_from(numbers) else {
            return Err("does not have four values".to_owned());
        };
        if south > north {
            return Err("has its south above its north".to_owned());
        }
        Bbox::new(west, south, east, north).ok_or_else(|| "is out of range".to_owned())
    }

    fn allowed(&self) -> String {
        "west,south,east,north: longitudes from -180 to 180°, latitudes from -90 to 90°, south at most north; \
         west may be greater than east, across the antimeridian"
            .to_owned()
    }

    fn schema(&self) -> Schema {
        let degrees = |limit: f64| -> Schema {
            let number = ObjectBuilder::new().schema_type(Type::Number);
            number.minimum(Some(-limit)).maximum(Some(limit)).into()
        };
        let (longitude, latitude) = (degrees(180.0), degrees(90.0));
        let array = ArrayBuilder::new().items(RefOr::T(longitude.clone()));
        array
            .prefix_items([longitude.clone(), latitude.clone(), longitude, latitude])
            .min_items(Some(4))
            .max_items(Some(4))
            .into()
    }

    fn json(&self, text: &str) -> Value {
        text.split(',').map(|item| item.parse().map_or(Value::Null, number_as_json)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_may_lie_across_the_antimeridian_but_not_upside_down() {
        assert!(Extent.read("5.9,47.3,15.0,55.1").is_ok());
        assert!(Extent.read("170,-45,-170,-30").is_ok());
        assert!(Extent.read("1,2,3,2").is_ok(), "a line");
        assert_eq!(Extent.read("1,4,3,2").unwrap_err(), "has its south above its north");
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "-181,0,0,1",
            "0,0,1,91",
            "0,0,NaN,1",
            "0,NaN,1,1",
            "NaN,0,1,1",
            "0,0,1,NaN",
        ] {
            assert!(Extent.read(wrong).is_err(), "{wrong}");
        }
    }
}
