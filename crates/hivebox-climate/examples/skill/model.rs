//! The simulated model as HiveBox keeps it.

use hivebox_climate::forecast::{ModelHours, ModelHoursBuilder};
use hivebox_climate::place::Position;
use hivebox_climate::quantity::Metres;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::Simulation;

use super::world::AHEAD_HOURS;

const PAST_HOURS: i64 = 73;

/// What the model says about a place as of `now`: 73 past hours and those ahead.
pub(crate) fn model_hours(simulation: &Simulation, cell: Position, now: Timestamp) -> ModelHours {
    let this_hour = Timestamp::from_second(now.as_second() / 3600 * 3600).expect("near now");
    let mut model = simulation.model_over(cell.latitude_degrees(), cell.longitude_degrees());
    let height = model.height_metres();
    let mut builder =
        ModelHoursBuilder::new(this_hour - SignedDuration::from_hours(PAST_HOURS), Some(Metres(height)));
    for hour in -PAST_HOURS..=AHEAD_HOURS as i64 {
        let valid = this_hour + SignedDuration::from_hours(hour);
        let model = model.at(valid.min(this_hour), valid);
        builder.push([
            Some(model.air_temperature_celsius),
            Some(model.relative_humidity_percent),
            Some(model.wind_speed_metres_per_second),
            Some(model.wind_gust_metres_per_second),
            Some(model.precipitation_millimetres),
            Some(model.precipitation_probability_percent),
        ]);
    }
    builder.finish()
}
