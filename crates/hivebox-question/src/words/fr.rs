//! French.

use super::vocabulary::{ChoresWords, NoForecastWords, Words};

pub(super) const WORDS: Words = Words {
    weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    months: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ],
    day: |weekday, day, month| format!("{weekday} {day} {month}"),
    compass: ['N', 'S', 'E', 'O'],
    decimal_mark: ',',
    verdicts: ["oui", "prudence", "non", "inconnu"],
    no_forecast: NoForecastWords {
        off: "Cette HiveBox n’a pas de modèle météo ; son exploitant peut définir HIVEBOX_FORECAST.",
        pending: "La prévision pour ce lieu n’est pas arrivée à temps ; redemandez dans un instant.",
        source_failed: "Le modèle météo ne répond pas pour le moment ; redemandez dans une minute.",
        paused: |until| {
            format!(
                "Le modèle météo n’est pas interrogé avant {until} : il a reçu trop de demandes, ou il est en panne."
            )
        },
        budget_spent: "HIVEBOX_FORECAST_BUDGET n’autorise pas d’autres lieux pour l’instant : 5 % des lieux d’un jour \
                       par minute ; redemandez dans une minute.",
        busy: "Trop de lieux attendent une prévision ; redemandez dans un instant.",
    },
    chores: ChoresWords {
        until: |moment| format!("jusqu’à {moment}"),
        verdict_until: |verdict, moment| format!("{verdict} jusqu’à {moment}"),
        then_until: |verdict, moment| format!(", puis {verdict} jusqu’à {moment}"),
        by_the_forecast: "selon la prévision : ",
        next: |stretch| format!("prochaine fois : {stretch}"),
        stretch: |from, to, verdict| format!("de {from} à {to}, {verdict}"),
        certain: |percent| format!("sûr à {percent} %"),
        weather_data: |_, name| format!("Données météo de {name}"),
        corrected: |boxes, difference, nearest| {
            let boxes = if boxes == 1 { "1 station".to_owned() } else { format!("{boxes} stations") };
            format!("corrigé par {boxes}, {difference} °C en ce moment, la plus proche à {nearest} km")
        },
        not_corrected: "aucune station proche ne le corrige",
        name_a_model: "Il n’y a pas de modèle météo, donc seules les stations comptent ; nommez-en un avec --forecast, \
                       par exemple --forecast open-meteo:https://api.open-meteo.com",
        not_now: "Avec --at, aucun modèle météo n’est interrogé, donc seules les stations comptent.",
    },
};
