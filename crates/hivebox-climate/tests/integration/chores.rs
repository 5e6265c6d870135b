//! Chores as beekeepers see them: at each limit, with missing inputs, and with uncertain inputs.

use std::fmt::Write as _;

use hivebox_climate::chores::{
    Bound, Chore, ChoreVerdict, Chores, Condition, Given, Input, InputKind, Inputs, Judgement, Language,
};
use jiff::Timestamp;
use proptest::prelude::*;

pub(crate) fn measured(value: f64) -> Input {
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    Input { sensors: 3, nearest_metres: 900.0, ..Input::exact(value, now) }
}

fn set(inputs: &mut Inputs, kind: InputKind, given: Option<Given>) {
    let (measured, told) = match given {
        Some(Given::Measured(input)) => (Some(input), None),
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
    }
}

fn judged(slug: &str, inputs: &Inputs) -> Judgement<'static> {
    let judgements = Chores::builtin().judge(inputs, Language::English);
    judgements.into_iter().find(|judged| judged.chore.slug() == slug).unwrap()
}

/// The verdicts of a chore on a fine day except for one value.
fn verdicts<const N: usize>(slug: &str, kind: InputKind, values: [f64; N]) -> [&'static str; N] {
    values.map(|value| {
        let mut inputs = fine_day();
        set(&mut inputs, kind, Some(Given::Measured(measured(value))));
        judged(slug, &inputs).verdict.slug()
    })
}

#[test]
fn on_a_fine_day_every_chore_can_be_done() {
    for judged in Chores::builtin().judge(&fine_day(), Language::English) {
        assert_eq!(judged.verdict, ChoreVerdict::Go, "{}: {}", judged.chore.slug(), judged.reason);
        assert!(judged.missing.is_empty());
        assert_eq!(judged.used.len(), judged.chore.needs().len());
    }
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
        for &missing in chore.needs() {
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
        let judgements = Chores::builtin().judge(inputs, Language::English);
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
        air_temperature: Some(Input { uncertainty: Some(doubt), ..measured(value) }),
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
    let dry = Input { uncertainty: Some(0.5), ..measured(0.0) };
    let dry = Inputs { precipitation_rate: Some(dry), ..fine_day() };
    assert_eq!(judged("full_inspection", &dry).verdict, ChoreVerdict::Go, "no rain is no rain");
}

/// Inputs that meet a rule's conditions; all others are as on a fine day.
fn that_meet(conditions: &[Condition]) -> Inputs {
    let inside = |bound: Bound, by: f64| if bound.includes_limit { bound.limit } else { bound.limit + by };
    let mut inputs = fine_day();
    for condition in conditions {
        let given = match condition {
            Condition::Told { is, .. } => Given::Told(*is),
            Condition::Within { range, .. } => {
                let value = match (range.lower, range.upper) {
                    (Some(lower), _) => inside(lower, 0.3),
                    (None, Some(upper)) => inside(upper, -0.3),
                    (None, None) => unreachable!("a range has an end"),
                };
                Given::Measured(measured(value))
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
        let met = chore.rules().iter().map(|rule| (that_meet(rule.when()), rule.verdict()));
        for (inputs, verdict) in met.chain([(Inputs::default(), ChoreVerdict::Unknown)]) {
            let judged = Chores::builtin().judge(&inputs, language).swap_remove(index);
            assert_eq!(judged.verdict, verdict, "{}: {}", chore.slug(), judged.reason);
            writeln!(said, "  {}: {}", judged.verdict.slug(), judged.reason).unwrap();
        }
    }
    said
}

#[test]
fn every_rule_is_reached_and_says_why() {
    insta::assert_snapshot!(said(Language::English));
}

#[test]
fn the_same_is_said_in_german_with_the_same_numbers() {
    let (english, german) = (said(Language::English), said(Language::German));
    assert_eq!(english.lines().count(), german.lines().count());
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
        let numbers = parts.map(|part| part.trim_matches(['.', ',']).replace(',', "."));
        numbers.filter(|number| !number.is_empty()).collect()
    };
    // Missing inputs are named in other words, without numbers.
    let is_told = |(_, german): &(&str, &str)| !german.contains("lässt sich nicht sagen");
    for (english, german) in english.lines().zip(german.lines()).filter(is_told) {
        assert_eq!(numbers(german), numbers(english), "{german}");
    }
    insta::assert_snapshot!(german);
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
    let doubt = prop::option::of(0.0..3.0_f64);
    prop::option::of(
        (values, doubt).prop_map(|(value, uncertainty)| Input { uncertainty, ..measured(value) }),
    )
}

prop_compose! {
    fn any_inputs()(
        air_temperature in maybe(-20.0..45.0),
        wind_speed in maybe(0.0..12.0),
        precipitation_rate in maybe(0.0..0.02),
        air_temperature_min_24h in maybe(-20.0..45.0),
        air_temperature_max_24h in maybe(-20.0..45.0),
        air_temperature_mean_24h in maybe(-20.0..45.0),
        air_temperature_max_24_to_48h in maybe(-20.0..45.0),
        air_temperature_max_48_to_72h in maybe(-20.0..45.0),
        broodless: Option<bool>,
        clustered: Option<bool>,
        heavy_flight: Option<bool>,
    ) -> Inputs {
        Inputs {
            air_temperature, wind_speed, precipitation_rate, air_temperature_min_24h, air_temperature_max_24h,
            air_temperature_mean_24h, air_temperature_max_24_to_48h, air_temperature_max_48_to_72h,
            broodless, clustered, heavy_flight,
        }
    }
}

/// How careful a verdict is, from the most careful on.
fn rank(verdict: ChoreVerdict) -> usize {
    ChoreVerdict::ALL.iter().position(|one| *one == verdict).unwrap()
}

proptest! {
    #[test]
    fn only_a_no_is_given_while_something_is_missing(inputs in any_inputs()) {
        for judged in Chores::builtin().judge(&inputs, Language::English) {
            let is_careful = matches!(judged.verdict, ChoreVerdict::No | ChoreVerdict::Unknown);
            prop_assert!(judged.missing.is_empty() || is_careful, "{judged:?}");
            prop_assert_eq!(judged.used.len() + judged.missing.len(), judged.chore.needs().len());
            let has_place = judged.reason.contains('{');
            prop_assert!(!has_place);
        }
    }

    #[test]
    fn taking_an_input_away_never_improves_a_verdict_nor_takes_back_a_go(inputs in any_inputs(), index in 0..11_usize) {
        let mut fewer = inputs;
        set(&mut fewer, InputKind::ALL[index], None);
        let chores = Chores::builtin();
        for (all, fewer) in chores.judge(&inputs, Language::English).iter().zip(chores.judge(&fewer, Language::English)) {
            let is_no_better = rank(fewer.verdict) <= rank(all.verdict) || fewer.verdict == ChoreVerdict::Unknown;
            prop_assert!(is_no_better, "{all:?} {fewer:?}");
        }
    }

    #[test]
    fn colder_never_improves_the_verdict_on_an_inspection(inputs in any_inputs(), by in 0.0..20.0_f64) {
        let Some(now) = inputs.air_temperature else { return Ok(()) };
        let colder = Input { value: now.value - by, ..now };
        let colder = Inputs { air_temperature: Some(colder), ..inputs };
        for slug in ["full_inspection", "quick_look"] {
            prop_assert!(rank(judged(slug, &colder).verdict) <= rank(judged(slug, &inputs).verdict));
        }
    }

    #[test]
    fn doubt_never_improves_a_verdict(inputs in any_inputs(), more in 0.0..5.0_f64) {
        let mut doubtful = inputs;
        for kind in InputKind::ALL {
            if let Some(Given::Measured(input)) = inputs.get(kind) {
                let uncertainty = Some(input.uncertainty.unwrap_or(0.0) + more);
                set(&mut doubtful, kind, Some(Given::Measured(Input { uncertainty, ..input })));
            }
        }
        let chores = Chores::builtin();
        for (sure, doubtful) in chores.judge(&inputs, Language::English).iter().zip(chores.judge(&doubtful, Language::English)) {
            // Without uncertainty a `no` may be certain that is not certain with it.
            let is_no_better = rank(doubtful.verdict) <= rank(sure.verdict) || doubtful.verdict == ChoreVerdict::Unknown;
            prop_assert!(is_no_better, "{sure:?} {doubtful:?}");
        }
    }
}
