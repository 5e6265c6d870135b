//! German.

use super::vocabulary::{ChoresWords, NoForecastWords, Words};

pub(super) const WORDS: Words = Words {
    weekdays: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    months: ["Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez"],
    day: |weekday, day, month| format!("{weekday} {day}. {month}"),
    compass: ['N', 'S', 'O', 'W'],
    decimal_mark: ',',
    verdicts: ["ja", "Vorsicht", "nein", "unklar"],
    no_forecast: NoForecastWords {
        off: "Diese HiveBox hat kein Wettermodell; wer sie betreibt, kann HIVEBOX_FORECAST setzen.",
        pending: "Die Vorhersage für diesen Ort kam nicht rechtzeitig; fragen Sie gleich noch einmal.",
        source_failed: "Das Wettermodell antwortet gerade nicht; fragen Sie in einer Minute noch einmal.",
        paused: |until| {
            format!(
                "Das Wettermodell wird bis {until} nicht gefragt: Es hatte zu viele Anfragen oder ist gestört."
            )
        },
        budget_spent: "HIVEBOX_FORECAST_BUDGET erlaubt gerade keine weiteren Orte: Von den Orten eines Tages sind es 5 % in \
                       einer Minute; fragen Sie in einer Minute noch einmal.",
        busy: "Zu viele Orte warten auf eine Vorhersage; fragen Sie gleich noch einmal.",
    },
    chores: ChoresWords {
        until: |moment| format!("bis {moment}"),
        verdict_until: |verdict, moment| format!("{verdict} bis {moment}"),
        then_until: |verdict, moment| format!(", dann {verdict} bis {moment}"),
        by_the_forecast: "laut Vorhersage: ",
        next: |stretch| format!("als Nächstes: {stretch}"),
        stretch: |from, to, verdict| format!("{from} bis {to}, {verdict}"),
        certain: |percent| format!("zu {percent} % sicher"),
        weather_data: |_, name| format!("Wetterdaten von {name}"),
        corrected: |boxes, difference, nearest| {
            let boxes = if boxes == 1 { "1 Box".to_owned() } else { format!("{boxes} Boxen") };
            format!("korrigiert durch {boxes}, jetzt {difference} °C, die nächste {nearest} km entfernt")
        },
        not_corrected: "keine Box in der Nähe korrigiert sie",
        name_a_model: "Es gibt kein Wettermodell, also zählen nur Boxen; nennen Sie eines mit --forecast, etwa --forecast \
                       open-meteo:https://api.open-meteo.com",
        not_now: "Mit --at wird kein Wettermodell gefragt, also zählen nur Boxen.",
    },
};
