//! Writes places for a peer to correct: one line of JSON for each.

use std::io::Write;

use hivebox_climate::estimate::Spot;
use hivebox_climate::forecast::ModelQuantity;
use hivebox_climate::place::height_correction_kelvin;
use serde_json::json;

use super::world::{View, World};

/// Writes what is known about a place now, and what is true now and in an hour.
pub(crate) fn write(out: &mut impl Write, world: &World, spot: Spot, view: &View) -> std::io::Result<()> {
    let (Some(now), Some(next)) = (view.corrected.hours.first(), view.corrected.hours.get(1)) else {
        return Ok(());
    };
    let height = spot.height.map_or(0.0, |height| height.0);
    let raw = |at| {
        let hour = view.model.hour_of(at)?;
        Some(
            view.model.value(ModelQuantity::AirTemperature, hour)?
                + height_correction_kelvin(view.model.height(), spot.height),
        )
    };
    let station = |(position, height, value): (hivebox_climate::place::Position, f64, f64)| {
        let (model, model_height) = world.model_now(position);
        json!({
            "lat": position.latitude_degrees(), "lon": position.longitude_degrees(), "height": height,
            "value": value, "model": model, "model_height": model_height,
        })
    };
    let stations: Vec<_> = world.thermometers(spot).into_iter().take(100).map(station).collect();
    let line = json!({
        "lat": spot.position.latitude_degrees(), "lon": spot.position.longitude_degrees(), "height": height,
        "raw_now": raw(now.at), "raw_in_1h": raw(next.at),
        "ours_now": now.air_temperature.map(|ranged| ranged.value),
        "ours_in_1h": next.air_temperature.map(|ranged| ranged.value),
        "truth_now": view.truth.first().map(|truth| truth.air_temperature_celsius),
        "truth_in_1h": view.truth.get(1).map(|truth| truth.air_temperature_celsius),
        "stations": stations,
    });
    writeln!(out, "{line}")
}
