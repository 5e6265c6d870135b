//! English.

use super::vocabulary::{ChoresWords, NoForecastWords, Words};

pub(super) const WORDS: Words = Words {
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    day: |weekday, day, month| format!("{weekday} {day} {month}"),
    compass: ['N', 'S', 'E', 'W'],
    decimal_mark: '.',
    verdicts: ["go", "caution", "no", "unknown"],
    no_forecast: NoForecastWords {
        off: "This HiveBox has no weather model; its operator can set HIVEBOX_FORECAST.",
        pending: "The forecast for this place did not arrive in time; ask again in a moment.",
        source_failed: "The weather model has no answer at the moment; ask again in a minute.",
        paused: |until| {
            format!("The weather model is not asked until {until}: it has had too many requests, or fails.")
        },
        budget_spent: "HIVEBOX_FORECAST_BUDGET allows no further places for now: of a day's places 5 % may be asked about \
                       in a minute; ask again in a minute.",
        busy: "Too many places wait for a forecast; ask again in a moment.",
    },
    chores: ChoresWords {
        until: |moment| format!("until {moment}"),
        verdict_until: |verdict, moment| format!("{verdict} until {moment}"),
        then_until: |verdict, moment| format!(", then {verdict} until {moment}"),
        by_the_forecast: "by the forecast: ",
        next: |stretch| format!("next: {stretch}"),
        stretch: |from, to, verdict| format!("{from} to {to}, {verdict}"),
        certain: |percent| format!("{percent} % certain"),
        weather_data: |attribution, _| attribution.to_owned(),
        corrected: |boxes, difference, nearest| {
            let boxes = if boxes == 1 { "1 box".to_owned() } else { format!("{boxes} boxes") };
            format!("corrected by {boxes}, {difference} °C now, the nearest {nearest} km away")
        },
        not_corrected: "no box nearby corrects it",
        name_a_model: "There is no weather model, so only boxes count; name one with --forecast, such as --forecast \
                       open-meteo:https://api.open-meteo.com",
        not_now: "With --at no weather model is asked, so only boxes count.",
    },
};
