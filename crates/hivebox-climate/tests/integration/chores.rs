//! Chores as beekeepers see them: at each limit, with missing inputs, and with uncertain inputs.

use std::fmt::Write as _;

use hivebox_climate::chores::{
    Bound, Chore, ChoreVerdict, Chores, Condition, Given, Input, InputKind, Inputs, Judgement, Language,
    Origin, Rule, Rules, SeenWind, Told,
};
use hivebox_climate::sun::Light;
use jiff::Timestamp;
use proptest::prelude::*;

pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

pub(crate) fn measured(value: f64) -> Input {
    Input::exact(value, now())
}

/// From a model, whose range counts.
fn forecast(value: f64, uncertainty: f64) -> Input {
    Input::around(value, uncertainty, Origin::Model { fetched_at: now() })
}

fn set(inputs: &mut Inputs, kind: InputKind, given: Option<Given>) {
    let (measured, told) = match given {
        Some(Given::Weather(input)) => (Some(input), None),
        Some(Given::Told(told)) => (None, Some(told)),
        None => (None, None),
    };
    match kind {
        InputKind::AirTemperature => inputs.air_temperature = measured,
        InputKind::WindSpeed => inputs.wind_speed = measured,
        InputKind::PrecipitationRate => inputs.precipitation_rate = measured,
        InputKind::AirTemperatureMin24h => inputs.air_temperature_min_24h = measured,
        InputKind::AirTemperatureMax24h => inputs.air_temperature_max_24h = measured,
        InputKind::AirTemperatureMean24h => inputs.air_temperature_mean_24h = measured,
        InputKind::AirTemperatureMax24To48h => inputs.air_temperature_max_24_to_48h = measured,
        InputKind::AirTemperatureMax48To72h => inputs.air_temperature_max_48_to_72h = measured,
        InputKind::AirTemperatureMinNext24h => inputs.air_temperature_min_next_24h = measured,
        InputKind::AirTemperatureMaxNext24h => inputs.air_temperature_max_next_24h = measured,
        InputKind::AirTemperatureMaxNext72h => inputs.air_temperature_max_next_72h = measured,
        InputKind::AirTemperatureMeanNext24h => inputs.air_temperature_mean_next_24h = measured,
        InputKind::Broodless => inputs.broodless = told,
        InputKind::Clustered => inputs.clustered = told,
        InputKind::HeavyFlight => inputs.heavy_flight = told,
    }
}

/// A day on which every chore can be done.
fn fine_day() -> Inputs {
    Inputs {
        air_temperature: Some(measured(21.0)),
        wind_speed: Some(measured(2.0)),
        precipitation_rate: Some(measured(0.0)),
        air_temperature_min_24h: Some(measured(14.5)),
        air_temperature_max_24h: Some(measured(24.0)),
        air_temperature_mean_24h: Some(measured(20.5)),
        air_temperature_max_24_to_48h: Some(measured(25.0)),
        air_temperature_max_48_to_72h: Some(measured(26.0)),
        broodless: Some(true),
        clustered: Some(true),
        heavy_flight: Some(false),
        ..Inputs::default()
    }
}

/// A fine day before fine days.
fn fine_days() -> Inputs {
    Inputs {
        air_temperature_min_next_24h: Some(forecast(15.0, 0.8)),
        air_temperature_max_next_24h: Some(forecast(25.0, 0.8)),
        air_temperature_max_next_72h: Some(forecast(26.0, 1.2)),
        air_temperature_mean_next_24h: Some(forecast(21.0, 0.8)),
        ..fine_day()
    }
}

fn judged(slug: &str, inputs: &Inputs) -> Judgement<'static> {
    let judgements = Chores::builtin().judge(inputs, Light::Day, Language::English);
    judgements.into_iter().find(|judged| judged.chore.slug() == slug).unwrap()
}

/// The verdicts of a chore on a fine day except for one value.
fn verdicts<const N: usize>(slug: &str, kind: InputKind, values: [f64; N]) -> [&'static str; N] {
    values.map(|value| {
        let mut inputs = fine_day();
        set(&mut inputs, kind, Some(Given::Weather(measured(value))));
        judged(slug, &inputs).verdict.slug()
    })
}

#[test]
fn on_a_fine_day_every_chore_can_be_done() {
    for judged in Chores::builtin().judge(&fine_day(), Light::Day, Language::English) {
        assert_eq!(judged.verdict, ChoreVerdict::Go, "{}: {}", judged.chore.slug(), judged.reason);
        assert!(judged.missing.is_empty());
        assert_eq!(judged.used.len(), judged.rules.needs().len());
    }
}

#[test]
fn in_the_dark_no_chore_is_done_that_needs_daylight() {
    let chores = Chores::builtin();
    for (by_day, at_night) in chores
        .judge(&fine_day(), Light::Day, Language::English)
        .iter()
        .zip(chores.judge(&fine_day(), Light::Dark, Language::English))
    {
        if by_day.chore.needs_daylight() {
            assert_eq!(at_night.verdict, ChoreVerdict::No, "{}", by_day.chore.slug());
            assert_eq!(at_night.reason, "It is dark, and this needs daylight.");
        } else {
            assert_eq!(*by_day, at_night);
        }
    }
    let cold = Inputs { air_temperature: Some(measured(2.0)), ..fine_day() };
    let judged = chores.judge(&cold, Light::Dark, Language::English);
    let inspection = judged.iter().find(|judged| judged.chore.slug() == "full_inspection").unwrap();
    assert_eq!(inspection.reason, "It is 2 °C; below 13 °C keep the hive closed.", "the weather comes first");
}

#[test]
fn what_may_be_rain_is_not_called_rain() {
    let maybe = Input { value: 0.0, low: 0.0, high: 0.4, ..forecast(0.0, 0.0) };
    let judged = judged("full_inspection", &Inputs { precipitation_rate: Some(maybe), ..fine_day() });
    assert_eq!(judged.verdict, ChoreVerdict::No);
    assert_eq!(judged.reason, "It may be raining; open a hive only in dry weather.");
}

#[test]
fn verdicts_turn_at_the_limits_of_the_table() {
    use InputKind as In;
    let inspection = |kind, values| verdicts("full_inspection", kind, values);
    assert_eq!(
        inspection(In::AirTemperature, [12.99, 13.0, 15.49, 15.5]),
        ["no", "caution", "caution", "go"]
    );
    assert_eq!(inspection(In::WindSpeed, [4.99, 5.0, 6.7, 6.71]), ["go", "caution", "caution", "no"]);
    assert_eq!(inspection(In::PrecipitationRate, [0.0, 0.004, 0.01, 3.0]), ["go", "go", "no", "no"]);

    assert_eq!(verdicts("quick_look", In::AirTemperature, [9.99, 10.0]), ["no", "go"]);

    let syrup = |kind, values| verdicts("syrup_feeding", kind, values);
    assert_eq!(
        syrup(In::AirTemperatureMin24h, [9.99, 10.0, 13.99, 14.0]),
        ["no", "caution", "caution", "go"]
    );
    assert_eq!(verdicts("syrup_feeding", In::AirTemperatureMax24h, [9.99, 10.0]), ["no", "go"]);
    assert_eq!(verdicts("syrup_feeding", In::AirTemperature, [9.99, 10.0]), ["no", "go"]);

    let formic = |kind, values| verdicts("formic_acid", kind, values);
    assert_eq!(
        formic(In::AirTemperatureMax24h, [9.99, 10.0, 29.5, 29.51, 33.0, 33.01]),
        ["no", "go", "go", "caution", "caution", "no"]
    );
    for day_before in [In::AirTemperatureMax24To48h, In::AirTemperatureMax48To72h] {
        assert_eq!(
            formic(day_before, [5.0, 29.5, 29.51, 33.0, 33.01, 40.0]),
            ["go", "go", "caution", "caution", "no", "no"]
        );
    }
    assert_eq!(verdicts("formic_acid", In::AirTemperature, [33.0, 33.01]), ["go", "no"]);

    let apiguard = |values| verdicts("thymol_apiguard", In::AirTemperatureMax24h, values);
    assert_eq!(apiguard([14.99, 15.0, 40.0, 40.01]), ["no", "go", "go", "no"]);
    assert_eq!(verdicts("thymol_apiguard", In::AirTemperature, [40.0, 40.01]), ["go", "no"]);

    let strips = |values| verdicts("thymol_strips", In::AirTemperatureMean24h, values);
    assert_eq!(strips([14.99, 15.0, 20.0, 25.01]), ["caution", "go", "go", "go"]);
    assert_eq!(verdicts("thymol_strips", In::AirTemperatureMax24h, [30.0, 30.01]), ["go", "no"]);
    assert_eq!(verdicts("thymol_strips", In::AirTemperature, [30.0, 30.01]), ["go", "no"]);

    assert_eq!(verdicts("oxalic_sublimation", In::AirTemperature, [3.99, 4.0]), ["no", "go"]);

    let mating = |kind, values| verdicts("queen_mating", kind, values);
    assert_eq!(
        mating(In::AirTemperature, [16.99, 17.0, 19.99, 20.0, 39.99, 40.0]),
        ["unknown", "caution", "caution", "go", "go", "unknown"]
    );
    assert_eq!(verdicts("queen_mating", In::WindSpeed, [4.99, 5.0]), ["go", "unknown"]);
    assert_eq!(verdicts("queen_mating", In::PrecipitationRate, [0.0, 0.01]), ["go", "unknown"]);

    let heat = |values| verdicts("leave_in_heat", In::AirTemperature, values);
    assert_eq!(heat([31.99, 32.0, 37.99, 38.0]), ["go", "caution", "caution", "no"]);
}

#[test]
fn what_a_beekeeper_tells_counts() {
    let with = |slug: &str, kind, told| {
        let mut inputs = fine_day();
        set(&mut inputs, kind, Some(Given::Told(told)));
        judged(slug, &inputs).verdict
    };
    assert_eq!(with("oxalic_sublimation", InputKind::Broodless, false), ChoreVerdict::Caution);
    assert_eq!(with("oxalic_sublimation", InputKind::HeavyFlight, true), ChoreVerdict::Unknown);
    assert_eq!(with("oxalic_trickling", InputKind::Broodless, false), ChoreVerdict::No);
    assert_eq!(with("oxalic_trickling", InputKind::Clustered, false), ChoreVerdict::Unknown);
}

#[test]
fn each_input_that_is_missing_makes_a_chore_unknown() {
    for chore in Chores::builtin().iter() {
        for &missing in chore.rules().needs() {
            let mut inputs = fine_day();
            set(&mut inputs, missing, None);
            let judged = judged(chore.slug(), &inputs);
            assert_eq!(judged.verdict, ChoreVerdict::Unknown, "{} without {missing:?}", chore.slug());
            assert_eq!(judged.missing, [missing]);
        }
    }
}

#[test]
fn what_is_known_may_suffice_for_a_no() {
    let cold = Inputs { air_temperature: Some(measured(3.0)), ..Inputs::default() };
    let of = |inputs: &Inputs| -> Vec<(&str, &str)> {
        let judgements = Chores::builtin().judge(inputs, Light::Day, Language::English);
        judgements.iter().map(|judged| (judged.chore.slug(), judged.verdict.slug())).collect()
    };
    insta::assert_debug_snapshot!(of(&cold));
    let rain = Inputs { precipitation_rate: Some(measured(0.4)), ..Inputs::default() };
    assert_eq!(judged("full_inspection", &rain).verdict, ChoreVerdict::No);
    let caution_at_best = Inputs { air_temperature: Some(measured(14.0)), ..Inputs::default() };
    assert_eq!(judged("full_inspection", &caution_at_best).verdict, ChoreVerdict::Unknown);
    let brood = Inputs { broodless: Some(false), ..Inputs::default() };
    assert_eq!(judged("oxalic_trickling", &brood).verdict, ChoreVerdict::No);
}

#[test]
fn a_value_that_is_no_number_is_missing() {
    let inputs = Inputs { air_temperature: Some(measured(f64::NAN)), ..Inputs::default() };
    let judged = judged("quick_look", &inputs);
    assert_eq!((judged.verdict, judged.missing), (ChoreVerdict::Unknown, vec![InputKind::AirTemperature]));
}

#[test]
fn in_doubt_the_more_careful_answer_is_given_and_that_is_said() {
    let doubtful = |value, doubt| Inputs {
        air_temperature: Some(Input::around(value, doubt, measured(value).origin)),
        ..fine_day()
    };
    let told = [
        doubtful(15.5, 0.0),
        doubtful(16.0, 0.49),
        doubtful(16.0, 0.51),
        doubtful(13.4, 0.5),
        doubtful(12.8, 0.5),
        doubtful(30.0, f64::NAN),
    ]
    .map(|inputs| {
        let judged = judged("full_inspection", &inputs);
        format!("{}: {}", judged.verdict.slug(), judged.reason)
    });
    insta::assert_debug_snapshot!(told);
    let with_rain =
        |rain| judged("full_inspection", &Inputs { precipitation_rate: Some(rain), ..fine_day() });
    let gauge = Input::around(0.0, 0.5, measured(0.0).origin);
    assert_eq!(with_rain(gauge).verdict, ChoreVerdict::Go, "a gauge without rain has measured none");
    assert_eq!(with_rain(forecast(0.0, 0.5)).verdict, ChoreVerdict::No, "a model has measured nothing");
    assert_eq!(with_rain(forecast(0.0, 0.004)).verdict, ChoreVerdict::Go);
}

/// Inputs that meet a rule's conditions; all others are as on a fine day.
fn that_meet(conditions: &[Condition], fine: &Inputs) -> Inputs {
    let inside = |bound: Bound, by: f64| if bound.includes_limit { bound.limit } else { bound.limit + by };
    let mut inputs = *fine;
    for condition in conditions {
        let given = match condition {
            Condition::Told { is, .. } => Given::Told(*is),
            Condition::Within { range, .. } => {
                let value = match (range.lower, range.upper) {
                    (Some(lower), _) => inside(lower, 0.3),
                    (None, Some(upper)) => inside(upper, -0.3),
                    (None, None) => unreachable!("a range has an end"),
                };
                Given::Weather(measured(value))
            }
        };
        set(&mut inputs, condition.input(), Some(given));
    }
    inputs
}

/// The reasons of all rules, and the reason if nothing is known.
fn said(language: Language) -> String {
    let mut said = String::new();
    for (index, chore) in Chores::builtin().iter().enumerate() {
        writeln!(said, "{}", chore.name(language)).unwrap();
        let mut say = |inputs: &Inputs, verdict, begin: &str| {
            let judged = Chores::builtin().judge(inputs, Light::Day, language).swap_remove(index);
            assert_eq!(judged.verdict, verdict, "{}: {}", chore.slug(), judged.reason);
            writeln!(said, "  {begin}{}: {}", judged.verdict.slug(), judged.reason).unwrap();
        };
        let met = |rule: &Rule, fine: &Inputs| (that_meet(rule.when(), fine), rule.verdict());
        for (inputs, verdict) in chore.rules().rules().iter().map(|rule| met(rule, &fine_day())) {
            say(&inputs, verdict, "");
        }
        say(&Inputs::default(), ChoreVerdict::Unknown, "");
        let ahead = chore.ahead().into_iter().flat_map(Rules::rules);
        for (inputs, verdict) in ahead.map(|rule| met(rule, &fine_days())) {
            say(&inputs, verdict, "ahead, ");
        }
    }
    said
}

/// The verdicts and reasons for all that a beekeeper can see of the weather, on a day on which
/// sensors measure rain and a storm.
fn seen(language: Language) -> String {
    let stormy =
        Inputs { wind_speed: Some(measured(20.0)), precipitation_rate: Some(measured(9.0)), ..fine_day() };
    let mut said = String::new();
    for (rain, wind) in [
        (Some(false), Some(SeenWind::Light)),
        (Some(false), Some(SeenWind::Moderate)),
        (Some(false), Some(SeenWind::Strong)),
        (Some(true), Some(SeenWind::Light)),
    ] {
        let told = Told { rain, wind, ..Told::default() };
        let inputs = Inputs::merged(told, &stormy, &Inputs::default(), now());
        writeln!(said, "rain: {rain:?}, wind: {}", wind.map_or("", SeenWind::slug)).unwrap();
        for judged in Chores::builtin().judge(&inputs, Light::Day, language) {
            if ["full_inspection", "queen_mating"].contains(&judged.chore.slug()) {
                writeln!(said, "  {}: {}", judged.verdict.slug(), judged.reason).unwrap();
            }
        }
    }
    said
}

#[test]
fn what_a_beekeeper_sees_wins_and_is_said_without_numbers_that_nobody_measured() {
    insta::assert_snapshot!(seen(Language::English) + &seen(Language::German));
}

#[test]
fn strong_wind_that_a_beekeeper_sees_is_a_certain_no() {
    for (wind, verdict) in
        [(SeenWind::Light, "unknown"), (SeenWind::Moderate, "unknown"), (SeenWind::Strong, "no")]
    {
        let told = Told { wind: Some(wind), ..Told::default() };
        assert_eq!(judged("full_inspection", &told.inputs()).verdict.slug(), verdict, "{wind:?} alone");
    }
    let rain = Told { rain: Some(true), ..Told::default() };
    assert_eq!(judged("full_inspection", &rain.inputs()).verdict, ChoreVerdict::No);
}

#[test]
fn the_hours_ahead_decide_where_a_forecast_reaches_far_enough() {
    let chores: Vec<&Chore> = Chores::builtin().iter().filter(|chore| chore.ahead().is_some()).collect();
    let slugs: Vec<&str> = chores.iter().map(|chore| chore.slug()).collect();
    assert_eq!(slugs, ["syrup_feeding", "formic_acid", "thymol_apiguard", "thymol_strips"]);
    for chore in chores {
        let slug = chore.slug();
        let ahead = judged(slug, &fine_days());
        assert_eq!((ahead.verdict, Some(ahead.rules)), (ChoreVerdict::Go, chore.ahead()), "{slug}");
        for need in chore.ahead().unwrap().needs() {
            let mut short = fine_days();
            set(&mut short, *need, None);
            let judged = judged(slug, &short);
            assert_eq!(judged.rules, chore.rules(), "{slug} without {need:?}");
        }
        // The days before no longer matter.
        let mut after_heat = fine_days();
        for kind in [InputKind::AirTemperatureMax24h, InputKind::AirTemperatureMax24To48h] {
            set(&mut after_heat, kind, Some(Given::Weather(measured(44.0))));
        }
        assert_eq!(judged(slug, &after_heat).verdict, ChoreVerdict::Go, "{slug}");
    }
}

#[test]
fn verdicts_on_the_hours_ahead_turn_where_the_range_meets_a_limit() {
    use InputKind as In;
    let of = |slug, kind, values: &[f64]| -> Vec<&str> {
        let verdict = |value: &f64| {
            let mut inputs = fine_days();
            set(&mut inputs, kind, Some(Given::Weather(forecast(*value, 1.0))));
            judged(slug, &inputs).verdict.slug()
        };
        values.iter().map(verdict).collect()
    };
    assert_eq!(
        of("syrup_feeding", In::AirTemperatureMinNext24h, &[10.99, 11.0, 14.99, 15.0]),
        ["no", "caution", "caution", "go"]
    );
    assert_eq!(
        of("formic_acid", In::AirTemperatureMaxNext72h, &[28.5, 28.51, 32.0, 32.01]),
        ["go", "caution", "caution", "no"]
    );
    assert_eq!(
        of("formic_acid", In::AirTemperatureMaxNext24h, &[10.99, 11.0, 28.51]),
        ["no", "go", "caution"]
    );
    assert_eq!(of("thymol_apiguard", In::AirTemperatureMaxNext24h, &[15.99, 16.0]), ["no", "go"]);
    assert_eq!(of("thymol_apiguard", In::AirTemperatureMaxNext72h, &[39.0, 39.01]), ["go", "no"]);
    assert_eq!(
        of("thymol_strips", In::AirTemperatureMeanNext24h, &[15.99, 16.0, 22.0]),
        ["caution", "go", "go"]
    );
    assert_eq!(of("thymol_strips", In::AirTemperatureMaxNext72h, &[29.0, 29.01]), ["go", "no"]);
}

#[test]
fn every_rule_is_reached_and_says_why() {
    insta::assert_snapshot!(said(Language::English));
}

#[test]
fn the_same_is_said_in_each_language_with_the_same_numbers() {
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
        let numbers = parts.map(|part| part.trim_matches(['.', ',']).replace(',', "."));
        numbers.filter(|number| !number.is_empty()).collect()
    };
    let english = said(Language::English);
    for language in &Language::ALL[1..] {
        let other = said(*language);
        assert_eq!(english.lines().count(), other.lines().count());
        // Missing inputs are named in other words, without numbers.
        let is_told = |(english, _): &(&str, &str)| !english.contains("This cannot be decided");
        for (english, other) in english.lines().zip(other.lines()).filter(is_told) {
            assert_eq!(numbers(other), numbers(english), "{other}");
        }
        for (english, other) in seen(Language::English).lines().zip(seen(*language).lines()) {
            assert_eq!(numbers(other), numbers(english), "{other}");
        }
        insta::assert_snapshot!(format!("said_in_{}", language.tag()), other);
    }
}

#[test]
fn treatments_name_the_label_and_chores_their_sources() {
    let is_treatment =
        |chore: &&Chore| chore.label(Language::English).is_some_and(|label| label.contains("label"));
    let treatments: Vec<&str> = Chores::builtin().iter().filter(is_treatment).map(Chore::slug).collect();
    assert_eq!(
        treatments,
        ["formic_acid", "thymol_apiguard", "thymol_strips", "oxalic_sublimation", "oxalic_trickling"]
    );
    assert!(Chores::builtin().iter().all(|chore| !chore.sources().is_empty()));
}

fn maybe(values: std::ops::Range<f64>) -> impl Strategy<Value = Option<Input>> {
    let doubt = prop::option::of((0.0..3.0_f64, 0.0..3.0_f64, any::<bool>()));
    prop::option::of((values, doubt).prop_map(|(value, doubt)| {
        let sure = measured(value);
        let Some((below, above, is_model)) = doubt else { return sure };
        let origin = if is_model { forecast(value, 0.0).origin } else { sure.origin };
        Input { low: value - below, high: value + above, origin, ..sure }
    }))
}

fn any_inputs() -> impl Strategy<Value = Inputs> {
    let ranges = InputKind::ALL.map(|kind| match kind {
        InputKind::WindSpeed => 0.0..12.0,
        InputKind::PrecipitationRate => 0.0..0.02,
        _ => -20.0..45.0,
    });
    (ranges.map(maybe), any::<[Option<bool>; InputKind::ALL.len()]>()).prop_map(|(weather, told)| {
        let mut inputs = Inputs::default();
        for kind in InputKind::ALL {
            let index = kind.index();
            let told = told[index].map(Given::Told);
            set(&mut inputs, kind, if kind.is_told() { told } else { weather[index].map(Given::Weather) });
        }
        inputs
    })
}

/// How careful a verdict is, from the most careful on.
fn rank(verdict: ChoreVerdict) -> usize {
    ChoreVerdict::ALL.iter().position(|one| *one == verdict).unwrap()
}

proptest! {
    #[test]
    fn only_a_no_is_given_while_something_is_missing(inputs in any_inputs()) {
        for judged in Chores::builtin().judge(&inputs, Light::Day, Language::English) {
            let is_careful = matches!(judged.verdict, ChoreVerdict::No | ChoreVerdict::Unknown);
            prop_assert!(judged.missing.is_empty() || is_careful, "{judged:?}");
            prop_assert_eq!(judged.used.len() + judged.missing.len(), judged.rules.needs().len());
            let has_place = judged.reason.contains('{');
            prop_assert!(!has_place);
        }
    }

    #[test]
    fn taking_an_input_away_never_improves_a_verdict_nor_takes_back_a_go(inputs in any_inputs(), index in 0..InputKind::ALL.len()) {
        let mut fewer = inputs;
        set(&mut fewer, InputKind::ALL[index], None);
        let chores = Chores::builtin();
        for (all, fewer) in chores.judge(&inputs, Light::Day, Language::English).iter().zip(chores.judge(&fewer, Light::Day, Language::English)) {
            // Without its forecast a chore is judged by other rules.
            if all.rules != fewer.rules {
                continue;
            }
            let is_no_better = rank(fewer.verdict) <= rank(all.verdict) || fewer.verdict == ChoreVerdict::Unknown;
            prop_assert!(is_no_better, "{all:?} {fewer:?}");
        }
    }

    #[test]
    fn colder_never_improves_the_verdict_on_an_inspection(inputs in any_inputs(), by in 0.0..20.0_f64) {
        let Some(now) = inputs.air_temperature else { return Ok(()) };
        let colder = Input { value: now.value - by, low: now.low - by, high: now.high - by, ..now };
        let colder = Inputs { air_temperature: Some(colder), ..inputs };
        for slug in ["full_inspection", "quick_look"] {
            prop_assert!(rank(judged(slug, &colder).verdict) <= rank(judged(slug, &inputs).verdict));
        }
    }

    #[test]
    fn a_narrower_range_never_makes_a_verdict_more_careful(inputs in any_inputs(), below in 0.0..5.0_f64, above in 0.0..5.0_f64) {
        let mut wide = inputs;
        for kind in InputKind::ALL {
            if let Some(Given::Weather(input)) = inputs.get(kind) {
                let wider = Input { low: input.low - below, high: input.high + above, ..input };
                set(&mut wide, kind, Some(Given::Weather(wider)));
            }
        }
        let chores = Chores::builtin();
        for (narrow, wide) in chores.judge(&inputs, Light::Day, Language::English).iter().zip(chores.judge(&wide, Light::Day, Language::English)) {
            // In a narrow range a `no` may be certain that is not certain in a wide one.
            let is_no_better = rank(wide.verdict) <= rank(narrow.verdict) || wide.verdict == ChoreVerdict::Unknown;
            prop_assert!(is_no_better, "{narrow:?} {wide:?}");
        }
    }
}
