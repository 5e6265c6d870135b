//! Sums of errors, by lead.

use std::fmt::Write;

use hivebox_climate::forecast::{ModelQuantity, OutlookHour, Ranged};
use hivebox_climate::place::height_correction_kelvin;
use opensensemap_sim::TrueWeather;

use super::world::View;

/// The leads of the table, in hours.
pub(crate) const LEADS: [usize; 7] = [0, 1, 3, 6, 12, 24, 72];

/// The errors of one quantity at one lead.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Errors {
    count: f64,
    raw: f64,
    corrected: f64,
    in_68: f64,
    in_95: f64,
}

/// The errors of all quantities at all leads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    errors: [[Errors; LEADS.len()]; 4],
}

/// The quantities that are scored.
pub(crate) const SCORED: [ModelQuantity; 4] = [
    ModelQuantity::AirTemperature,
    ModelQuantity::RelativeHumidity,
    ModelQuantity::WindSpeed,
    ModelQuantity::Precipitation,
];

fn truth_of(truth: &TrueWeather, quantity: ModelQuantity) -> f64 {
    match quantity {
        ModelQuantity::AirTemperature => truth.air_temperature_celsius,
        ModelQuantity::RelativeHumidity => truth.relative_humidity_percent,
        ModelQuantity::WindSpeed => truth.wind_speed_metres_per_second,
        _ => truth.precipitation_millimetres,
    }
}

fn corrected_of(hour: &OutlookHour, quantity: ModelQuantity) -> Option<Ranged> {
    match quantity {
        ModelQuantity::AirTemperature => hour.air_temperature,
        ModelQuantity::RelativeHumidity => hour.relative_humidity,
        ModelQuantity::WindSpeed => hour.wind_speed,
        _ => hour.precipitation,
    }
}

impl Score {
    pub(crate) fn add(&mut self, view: &View) {
        for (errors, quantity) in self.errors.iter_mut().zip(SCORED) {
            for (errors, lead) in errors.iter_mut().zip(LEADS) {
                let (Some(hour), Some(truth)) = (view.corrected.hours.get(lead), view.truth.get(lead)) else {
                    continue;
                };
                let raw = view.model.hour_of(hour.at).and_then(|index| view.model.value(quantity, index));
                let (Some(mut raw), Some(ranged)) = (raw, corrected_of(hour, quantity)) else { continue };
                if quantity == ModelQuantity::AirTemperature {
                    // Whoever knows the height corrects for it, so the raw forecast gets that for free.
                    raw += height_correction_kelvin(view.model.height(), view.local.height);
                }
                let truth = truth_of(truth, quantity);
                errors.count += 1.0;
                errors.raw += (raw - truth).powi(2);
                errors.corrected += (ranged.value - truth).powi(2);
                errors.in_68 += f64::from((ranged.low_68..=ranged.high_68).contains(&truth));
                errors.in_95 += f64::from((ranged.low_95..=ranged.high_95).contains(&truth));
            }
        }
    }

    pub(crate) fn table(&self) -> String {
        let mut table = String::from(
            "| quantity | lead, h | raw RMSE | corrected RMSE | ratio | in 68 % | in 95 % |\n|---|---|---|---|---|---|---|\n",
        );
        for (errors, quantity) in self.errors.iter().zip(SCORED) {
            for (errors, lead) in errors.iter().zip(LEADS) {
                let (raw, corrected) =
                    ((errors.raw / errors.count).sqrt(), (errors.corrected / errors.count).sqrt());
                let _ = writeln!(
                    table,
                    "| {} | {lead} | {raw:.2} | {corrected:.2} | {:.2} | {:.1} % | {:.1} % |",
                    quantity.slug(),
                    corrected / raw,
                    100.0 * errors.in_68 / errors.count,
                    100.0 * errors.in_95 / errors.count,
                );
            }
        }
        table
    }
}
