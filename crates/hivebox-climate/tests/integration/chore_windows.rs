//! When chores can be done, by a forecast.

use hivebox_climate::chores::{
    Ahead, ChoreVerdict, Chores, InputKind, Inputs, Language, Origin, SeenWind, Told, Window,
};
use hivebox_climate::forecast::{Outlook, OutlookHour, Ranged};
use hivebox_climate::place::Position;
use hivebox_climate::sun::{Daylight, Light, SunUp};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A morning in May, half an hour before a full hour.
fn now() -> Timestamp {
    at("2026-05-04T06:30:00Z")
}

fn muenster() -> Position {
    Position::new(51.96, 7.63).unwrap()
}

fn ranged(value: f64, deviation: f64) -> Ranged {
    Ranged {
        value,
        low_68: value - deviation,
        high_68: value + deviation,
        low_95: value - 2.0 * deviation,
        high_95: value + 2.0 * deviation,
    }
}

fn dry() -> Ranged {
    ranged(0.0, 0.0)
}

/// Hours that begin with the one of now, the same each, unless `change` changes them.
fn outlook(hours: usize, change: impl Fn(usize, &mut OutlookHour)) -> Outlook {
    let first = at("2026-05-04T06:00:00Z");
    let hour = |index| {
        let mut hour = OutlookHour {
            at: first + SignedDuration::from_hours(index as i64),
            air_temperature: Some(ranged(20.0, 1.0)),
            relative_humidity: None,
            wind_speed: Some(ranged(2.0, 1.0)),
            wind_gust: None,
            precipitation: Some(dry()),
            precipitation_probability: Some(2.0),
        };
        change(index, &mut hour);
        hour
    };
    Outlook { hours: (0..hours).map(hour).collect() }
}

fn ahead(outlook: &Outlook) -> Ahead {
    Ahead::new(outlook, now(), now()).unwrap()
}

/// When the sun is up at a place in the next week.
fn sun(position: Position) -> Vec<SunUp> {
    Daylight::stretches(position, now(), now() + Ahead::REACH)
}

fn windows_of(slug: &str, outlook: &Outlook, told: Told) -> Vec<Window> {
    let index = Chores::builtin().iter().position(|chore| chore.slug() == slug).unwrap();
    Chores::builtin().windows(&ahead(outlook), told, &sun(muenster())).swap_remove(index)
}

/// Beginning, end and verdict of each window.
fn times(windows: &[Window]) -> Vec<String> {
    let time = |at: Timestamp| at.strftime("%d %H:%M").to_string();
    let line =
        |window: &Window| format!("{}-{} {}", time(window.from), time(window.to), window.verdict.slug());
    windows.iter().map(line).collect()
}

#[test]
fn edges_are_found_between_hours_to_ten_minutes() {
    // It warms by 2 K an hour from 11 °C at 06:00, and cools after 12:00; the range is ±1 K.
    let warming = outlook(15, |hour, it| {
        let celsius = if hour <= 6 { 11.0 + 2.0 * hour as f64 } else { 23.0 - 4.0 * (hour - 6) as f64 };
        it.air_temperature = Some(ranged(celsius, 1.0));
    });
    // 14 - 1 = 13 °C at 07:30, 16.5 - 1 = 15.5 °C at 08:45; down again at 13:37 and 14:15.
    assert_eq!(
        times(&windows_of("full_inspection", &warming, Told::default())),
        ["04 07:30-04 08:50 caution", "04 08:50-04 13:30 go", "04 13:30-04 14:10 caution"]
    );
    assert_eq!(times(&windows_of("quick_look", &warming, Told::default())), ["04 06:30-04 15:00 go"]);
}

#[test]
fn each_window_has_its_weakest_input_and_how_certain_it_is() {
    let windy = outlook(30, |_, it| it.wind_speed = Some(ranged(3.0, 1.0)));
    let windows = windows_of("full_inspection", &windy, Told::default());
    let day = windows[0];
    assert_eq!((day.verdict, day.weakest), (ChoreVerdict::Go, Some(InputKind::WindSpeed)));
    assert!((day.certainty - 0.977).abs() < 0.001, "5 m/s is two deviations away: {day:?}");
    let doubtful = outlook(30, |hour, it| {
        it.precipitation_probability = Some(if hour == 5 { 15.0 } else { 2.0 });
    });
    let day = windows_of("full_inspection", &doubtful, Told::default())[0];
    assert_eq!(day.weakest, Some(InputKind::PrecipitationRate));
    assert!((day.certainty - 0.85).abs() < 1e-6, "{day:?}");
    let no_weather = Told { broodless: Some(true), clustered: Some(true), ..Told::default() };
    let window = windows_of("oxalic_trickling", &doubtful, no_weather)[0];
    assert_eq!((window.weakest, window.certainty), (None, 1.0));
}

#[test]
fn rain_holds_for_its_hour_and_a_model_that_may_be_wet_is_no_go() {
    let shower = outlook(13, |hour, it| {
        if hour == 4 {
            it.precipitation = Some(Ranged { high_68: 0.2, high_95: 1.0, ..dry() });
        }
    });
    assert_eq!(
        times(&windows_of("full_inspection", &shower, Told::default())),
        ["04 06:30-04 10:00 go", "04 11:00-04 18:00 go"]
    );
}

#[test]
fn what_cannot_be_done_in_the_dark_is_done_between_sunrise_and_sunset() {
    let warm = outlook(49, |_, _| {});
    let days = windows_of("full_inspection", &warm, Told::default());
    let [first, second, third] = days[..] else { panic!("{days:?}") };
    let two_days = (now(), at("2026-05-06T06:00:00Z"));
    let Some(Daylight::Between(light)) = Daylight::at(muenster(), two_days.0, two_days.1) else {
        panic!("the sun rises and sets");
    };
    assert_eq!((first.from, third.to), two_days);
    let minute = SignedDuration::from_mins(1);
    for (window, sun) in [first, second].iter().zip(&light) {
        assert!(window.to <= sun.to && sun.to.duration_since(window.to) < minute, "{window:?} {sun:?}");
    }
    for (window, sun) in [second, third].iter().zip(&light[1..]) {
        assert!(
            window.from > sun.from && window.from.duration_since(sun.from) <= minute,
            "{window:?} {sun:?}"
        );
    }
    let whole = windows_of("leave_in_heat", &warm, Told::default());
    assert_eq!(times(&whole), ["04 06:30-06 06:00 go"]);
    let chores = Chores::builtin();
    let dark = Position::new(-85.0, 0.0).unwrap();
    for (chore, windows) in chores.iter().zip(chores.windows(&ahead(&warm), Told::default(), &sun(dark))) {
        assert!(!chore.needs_daylight() || windows.is_empty(), "{}", chore.slug());
    }
}

#[test]
fn what_a_beekeeper_sees_holds_for_two_hours() {
    let wet = outlook(13, |_, it| {
        it.precipitation = Some(ranged(2.0, 0.5));
        it.wind_speed = Some(ranged(9.0, 1.0));
    });
    let sees = Told { rain: Some(false), wind: Some(SeenWind::Light), ..Told::default() };
    assert_eq!(times(&windows_of("full_inspection", &wet, sees)), ["04 06:30-04 08:30 go"]);
    let fine = outlook(13, |_, _| {});
    let sees = Told { wind: Some(SeenWind::Moderate), ..Told::default() };
    assert_eq!(
        times(&windows_of("full_inspection", &fine, sees)),
        ["04 06:30-04 08:30 caution", "04 08:30-04 18:00 go"]
    );
    let rains = Told { rain: Some(true), ..Told::default() };
    assert_eq!(times(&windows_of("full_inspection", &fine, rains)), ["04 08:30-04 18:00 go"]);
}

#[test]
fn treatments_have_windows_as_far_as_the_forecast_reaches_beyond_them() {
    // Hot from the fourth day on.
    let week = outlook(7 * 24 + 1, |hour, it| {
        it.air_temperature = Some(ranged(if hour < 96 { 20.0 } else { 34.0 }, 1.0));
    });
    let formic = windows_of("formic_acid", &week, Told::default());
    assert!(!formic.is_empty());
    let last = formic.last().unwrap().to;
    assert_eq!(last, at("2026-05-05T06:00:00Z"), "three days before the heat: {formic:?}");
    let short = outlook(3 * 24, |_, _| {});
    assert_eq!(windows_of("formic_acid", &short, Told::default()), []);
    assert!(!windows_of("syrup_feeding", &short, Told::default()).is_empty());
}

#[test]
fn what_is_unknown_opens_no_window() {
    let calm = outlook(24, |hour, it| {
        if (3..6).contains(&hour) {
            it.wind_speed = None;
        }
    });
    assert_eq!(
        times(&windows_of("full_inspection", &calm, Told::default()))[..2],
        ["04 06:30-04 08:00 go", "04 12:00-04 18:59 go"]
    );
    assert_eq!(windows_of("oxalic_sublimation", &calm, Told::default()), [], "nobody said if bees fly");
    let told = Told { broodless: Some(true), heavy_flight: Some(false), ..Told::default() };
    assert_eq!(times(&windows_of("oxalic_sublimation", &calm, told)), ["04 06:30-05 05:00 go"]);
}

#[test]
fn nothing_is_judged_by_a_forecast_of_more_than_six_hours() {
    let fine = outlook(24, |_, _| {});
    let aged = |minutes| Ahead::new(&fine, now() - SignedDuration::from_mins(minutes), now());
    assert!(aged(360).is_some() && aged(361).is_none());
    assert!(aged(-5).is_some(), "another replica's clock is ahead");
    let after = now() + SignedDuration::from_hours(23);
    assert!(Ahead::new(&fine, after, after).is_none(), "nothing is known of now");
    assert!(Ahead::new(&Outlook { hours: Vec::new() }, now(), now()).is_none());
}

#[test]
fn the_inputs_of_a_moment_are_between_those_of_its_hours_and_from_the_model() {
    let warming = outlook(60, |hour, it| {
        it.air_temperature = Some(ranged(hour as f64, 1.0 + hour as f64 / 10.0));
        it.precipitation = Some(ranged(hour as f64, 0.0));
    });
    let ahead = ahead(&warming);
    let model = Origin::Model { fetched_at: now() };
    let inputs = ahead.inputs();
    let three = |input: Option<hivebox_climate::chores::Input>| {
        let input = input.unwrap();
        assert_eq!(input.origin, model);
        // In hundredths, to which inputs are rounded.
        [input.low, input.value, input.high].map(|value| (100.0 * value).round() as i32)
    };
    assert_eq!(three(inputs.air_temperature), [-55, 50, 155]);
    assert_eq!(three(inputs.precipitation_rate), [0, 0, 0]);
    assert_eq!(three(inputs.air_temperature_max_next_24h), [2060, 2400, 2740]);
    assert_eq!(three(inputs.air_temperature_min_next_24h), [-100, 0, 100]);
    assert_eq!(three(inputs.air_temperature_mean_next_24h)[1], 1150);
    assert_eq!((inputs.air_temperature_max_next_72h, inputs.air_temperature_max_24h), (None, None));
    let next_day = ahead.inputs_at(now() + SignedDuration::from_hours(24));
    assert_eq!(three(next_day.air_temperature_max_24h), three(inputs.air_temperature_max_next_24h));
    assert_eq!(next_day.air_temperature_max_24_to_48h, None);
    assert_eq!(ahead.inputs_at(now() + SignedDuration::from_hours(70)), Inputs::default());
}

#[test]
fn a_gap_in_the_hours_ends_the_forecast() {
    let mut gap = outlook(24, |_, _| {});
    gap.hours.remove(5);
    assert_eq!(times(&windows_of("quick_look", &gap, Told::default())), ["04 06:30-04 10:00 go"]);
}

fn quantity(values: std::ops::Range<f64>) -> impl Strategy<Value = Option<Ranged>> {
    let given = (values, 0.0..2.0_f64).prop_map(|(value, deviation)| Some(ranged(value, deviation)));
    prop_oneof![19 => given, 1 => Just(None)]
}

prop_compose! {
    fn any_outlook()(
        hours in prop::collection::vec((quantity(5.0..25.0), quantity(0.0..6.0), 0.0..1.0_f64), 80..100),
    ) -> Outlook {
        outlook(hours.len(), |index, it| {
            let (temperature, wind, wet) = hours[index];
            (it.air_temperature, it.wind_speed) = (temperature, wind);
            it.precipitation = Some(if wet < 0.2 { ranged(wet, wet) } else { dry() });
            it.precipitation_probability = (wet > 0.1).then_some(100.0 * wet.min(0.15));
        })
    }
}

fn any_told() -> impl Strategy<Value = Told> {
    let wind = prop::option::of(prop::sample::select(&SeenWind::ALL[..]));
    let facts: [_; 4] = std::array::from_fn(|_| any::<Option<bool>>());
    (wind, facts).prop_map(|(wind, [rain, broodless, clustered, heavy_flight])| Told {
        rain,
        wind,
        broodless,
        clustered,
        heavy_flight,
    })
}

/// The verdict of a chore, by `judge`, at a moment ahead.
fn judged(index: usize, ahead: &Ahead, told: Told, at: Timestamp) -> ChoreVerdict {
    let sees = at < now() + SignedDuration::from_hours(2);
    let told = if sees { told } else { Told { rain: None, wind: None, ..told } };
    let inputs = Inputs::merged(told, &Inputs::default(), &ahead.inputs_at(at), at);
    Chores::builtin().judge(&inputs, Light::Day, Language::English).swap_remove(index).verdict
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn windows_are_in_order_and_apart_and_each_minute_is_judged_as_they_say(
        outlook in any_outlook(),
        told in any_told(),
        pick in 0..10_usize,
    ) {
        let ahead = ahead(&outlook);
        let windows = Chores::builtin().windows(&ahead, told, &sun(muenster())).swap_remove(pick);
        for pair in windows.windows(2) {
            let is_apart = pair[0].to < pair[1].from
                || (pair[0].to == pair[1].from && pair[0].verdict != pair[1].verdict);
            prop_assert!(is_apart, "{:?}", pair);
        }
        for window in &windows {
            prop_assert!(window.from < window.to && window.from >= now());
            prop_assert!((0.8..=1.0).contains(&window.certainty), "{:?}", window);
            let mut minute = window.from;
            while minute < window.to {
                let verdict = judged(pick, &ahead, told, minute);
                let is_as_good = verdict == ChoreVerdict::Go || verdict == window.verdict;
                prop_assert!(is_as_good, "{:?} at {}: {:?}", window, minute, verdict);
                minute += SignedDuration::from_mins(1);
            }
        }
    }

    #[test]
    fn outside_of_windows_no_ten_minutes_are_good(outlook in any_outlook(), told in any_told()) {
        let ahead = ahead(&outlook);
        // Leaving a hive needs no daylight.
        let index = Chores::builtin().iter().position(|chore| chore.slug() == "leave_in_heat").unwrap();
        let windows = Chores::builtin().windows(&ahead, told, &sun(muenster())).swap_remove(index);
        let mut tick = now();
        while tick < now() + SignedDuration::from_hours(72) {
            let is_good = |at| matches!(judged(index, &ahead, told, at), ChoreVerdict::Go | ChoreVerdict::Caution);
            let (begin, end) = (tick + SignedDuration::from_secs(1), tick + SignedDuration::from_secs(599));
            let is_in = windows.iter().any(|window| window.from <= begin && end <= window.to);
            prop_assert!(is_in || !(is_good(begin) && is_good(end)) , "{}: {:?}", tick, windows);
            tick += SignedDuration::from_mins(10);
        }
    }

    #[test]
    fn an_hour_of_worse_weather_never_lengthens_a_window(
        outlook in any_outlook(),
        hour in 0..80_usize,
        colder in 0.0..9.0_f64,
        windier in 0.0..5.0_f64,
        rain in 0.0..1.0_f64,
    ) {
        let mut worse = outlook.clone();
        let moved = |it: Option<Ranged>, by: f64| it.map(|it| Ranged {
            value: it.value + by,
            low_68: it.low_68 + by,
            high_68: it.high_68 + by,
            low_95: it.low_95 + by,
            high_95: it.high_95 + by,
        });
        let changed = &mut worse.hours[hour];
        changed.air_temperature = moved(changed.air_temperature, -colder);
        changed.wind_speed = moved(changed.wind_speed, windier);
        changed.precipitation = moved(changed.precipitation, rain);
        for slug in ["full_inspection", "quick_look", "queen_mating", "syrup_feeding"] {
            let before = windows_of(slug, &outlook, Told::default());
            // Windows that touch are one stretch in which the chore can be done.
            for window in windows_of(slug, &worse, Told::default()) {
                let mut from = window.from;
                for old in before.iter().filter(|old| window.verdict == ChoreVerdict::Caution || old.verdict == ChoreVerdict::Go) {
                    if old.from <= from && from < old.to {
                        from = old.to;
                    }
                }
                prop_assert!(from >= window.to, "{}: {:?} was not in {:?}", slug, window, before);
            }
        }
    }
}
