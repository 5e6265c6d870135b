//! The windows are those that a plain look at every ten minutes finds.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::chores::SeenWind;
use crate::forecast::{Outlook, OutlookHour, Ranged};
use crate::place::Position;
use crate::sun::Daylight;

/// A stretch in which a chore can be done, with the margin of each ten minutes in it.
struct Plain {
    from: i64,
    to: i64,
    verdict: ChoreVerdict,
    margins: Vec<Margin>,
}

/// Judges the ends of every ten minutes by all rules.
fn plain(chore: &Chore, ahead: &Ahead, told: Told, stretches: &[(i64, i64)]) -> Vec<Plain> {
    let rules = chore.ahead().unwrap_or(chore.rules());
    let mut found: Vec<Plain> = Vec::new();
    for &(from, to) in stretches {
        let seen_until = ahead.now().as_second() + SEEN_FOR.as_secs();
        let has_seen = told.wind.is_some() || told.rain.is_some();
        let mut begin = from;
        while begin < to {
            let sees = has_seen && begin < seen_until;
            let mut end = (begin - begin.rem_euclid(Ahead::STEP_SECONDS) + Ahead::STEP_SECONDS).min(to);
            if sees {
                end = end.min(seen_until);
            }
            let hour = usize::try_from((begin - ahead.first) / HOUR_SECONDS).unwrap();
            let moments = [begin, end].map(|second| ahead.moment(hour, second, told, sees));
            let verdicts = moments.map(|moment| match rules.first_that_fits(&moment) {
                Some((rule, _)) if rules.are_met_by(&moment) => rules.in_order[rule].verdict,
                _ => ChoreVerdict::Unknown,
            });
            if verdicts.iter().all(|verdict| verdict.is_good()) {
                let is_go = verdicts == [ChoreVerdict::Go; 2];
                let verdict = if is_go { ChoreVerdict::Go } else { ChoreVerdict::Caution };
                let margins = moments.map(|moment| Margin::of(rules, &moment, verdict));
                match found.last_mut().filter(|last| last.to == begin && last.verdict == verdict) {
                    Some(last) => {
                        last.to = end;
                        last.margins.extend(margins);
                    }
                    None => found.push(Plain { from: begin, to: end, verdict, margins: margins.to_vec() }),
                }
            }
            begin = end;
        }
    }
    found
}

fn is_alike(window: &Window, plain: &Plain) -> bool {
    let times = (window.from.as_second(), window.to.as_second());
    let all = || plain.margins.iter().map(|margin| margin.certainty());
    let worst = all().map(|(certainty, _)| certainty).fold(1.0, f64::min);
    // Between the ends of an hour, rounding may bring a value closer to a limit by 0.01.
    let is_close = |certainty: f64| (certainty - window.certainty).abs() < 0.01;
    let is_weakest = all().any(|(certainty, weakest)| is_close(certainty) && weakest == window.weakest);
    (times, window.verdict) == ((plain.from, plain.to), plain.verdict) && is_close(worst) && is_weakest
}

fn ranged(values: std::ops::Range<f64>, unknown: u32) -> impl Strategy<Value = Option<Ranged>> {
    let open = prop_oneof![20 => Just(1.0), 1 => Just(f64::NAN)];
    let given = (values, 0.5..2.0_f64, 0.5..2.0_f64, open).prop_map(|(value, below, above, open)| {
        let (below, above) = (below * open, above * open);
        let [low_68, low_95] = [value - below, value - 2.0 * below];
        let [high_68, high_95] = [value + above, value + 2.0 * above];
        Some(Ranged { value, low_68, high_68, low_95, high_95 })
    });
    prop_oneof![400 => given, unknown => Just(None)]
}

fn rain() -> impl Strategy<Value = Option<Ranged>> {
    let rain = |value, high_68| Ranged { value, low_68: 0.0, high_68, low_95: 0.0, high_95: high_68 };
    prop_oneof![
        60 => Just(Some(rain(0.0, 0.0))),
        5 => Just(Some(rain(0.0, 0.3))),
        5 => Just(Some(rain(0.4, 0.9))),
        1 => Just(None),
    ]
}

prop_compose! {
    /// Up to eight days around a temperature, which may swing by night and day.
    fn any_outlook()(
        hours in prop::collection::vec(
            (ranged(-3.0..3.0, 1), ranged(0.0..6.0, 1), rain(), prop::option::of(0.0..40.0_f64)),
            2..200,
        ),
        mean in -5.0..40.0_f64,
        swing in 0.0..8.0_f64,
    ) -> Outlook {
        let first: Timestamp = "2026-05-04T06:00:00Z".parse().unwrap();
        let moved = |by: f64| move |it: Ranged| Ranged {
            value: it.value + by,
            low_68: it.low_68 + by,
            high_68: it.high_68 + by,
            low_95: it.low_95 + by,
            high_95: it.high_95 + by,
        };
        let hour = |(index, (temperature, wind, rain, probability)): (usize, &(Option<Ranged>, _, _, _))| {
            let by = mean + swing * (index as f64 * std::f64::consts::TAU / 24.0).sin();
            OutlookHour {
                at: first + SignedDuration::from_hours(index as i64),
                air_temperature: temperature.map(moved(by)),
                relative_humidity: None,
                wind_speed: *wind,
                wind_gust: None,
                precipitation: *rain,
                precipitation_probability: *probability,
            }
        };
        Outlook { hours: hours.iter().enumerate().map(hour).collect() }
    }
}

fn any_told() -> impl Strategy<Value = Told> {
    let wind = prop::option::of(prop::sample::select(&SeenWind::ALL[..]));
    let likely = |is: bool| prop_oneof![4 => Just(Some(is)), 1 => any::<Option<bool>>()];
    (prop::option::of(any::<bool>()), wind, likely(true), likely(true), likely(false)).prop_map(
        |(rain, wind, broodless, clustered, heavy_flight)| Told {
            rain,
            wind,
            broodless,
            clustered,
            heavy_flight,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn windows_are_those_of_a_look_at_every_ten_minutes(
        outlook in any_outlook(),
        told in any_told(),
        has_seen in any::<bool>(),
        late in 0..10_i64,
        minutes in prop_oneof![Just(0), 0..60_i64],
        latitude in prop_oneof![Just(52.0), -80.0..80.0_f64],
    ) {
        let told = if has_seen { told } else { Told { rain: None, wind: None, ..told } };
        let now = outlook.hours[0].at + SignedDuration::from_mins(60 * late + minutes);
        let Some(ahead) = Ahead::new(&outlook, now, now) else { return Ok(()) };
        let position = Position::new(latitude, 10.0).unwrap();
        let sun = Daylight::stretches(position, now, now + Ahead::REACH);
        let now = now.as_second();
        let end = ahead.end().min(now + Ahead::REACH.as_secs());
        let (light, whole) = (light(&sun, now, end), [(now, end)]);
        let chores = Chores::builtin();
        for (chore, windows) in chores.iter().zip(chores.windows(&ahead, told, &sun)) {
            let stretches = if chore.needs_daylight() { &light[..] } else { &whole[..] };
            let plain = plain(chore, &ahead, told, stretches);
            prop_assert_eq!(windows.len(), plain.len(), "{}: {:?}", chore.slug(), windows);
            for (window, plain) in windows.iter().zip(&plain) {
                let worst = plain.margins.iter().copied().reduce(Margin::weaker);
                prop_assert!(
                    is_alike(window, plain),
                    "{}: {:?}, plain from {} to {}: {:?}",
                    chore.slug(), window, plain.from, plain.to, worst.map(Margin::certainty)
                );
            }
        }
    }
}

#[test]
fn a_window_promises_no_more_now_than_what_boxes_measure() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let window = |from: &str, to: &str| Window {
        from: at(from),
        to: at(to),
        verdict: ChoreVerdict::Go,
        weakest: None,
        certainty: 0.9,
    };
    let now = at("2026-06-01T12:40:00Z");
    let short = window("2026-06-01T12:40:00Z", "2026-06-01T13:00:00Z");
    let later = window("2026-06-01T15:00:00Z", "2026-06-01T16:00:00Z");
    let long = window("2026-06-01T12:40:00Z", "2026-06-01T14:00:00Z");
    let cut = window("2026-06-01T13:00:00Z", "2026-06-01T14:00:00Z");
    for careful in [ChoreVerdict::No, ChoreVerdict::Unknown, ChoreVerdict::Caution] {
        assert_eq!(Window::heeding(vec![long, later], careful, now), [cut, later]);
        assert_eq!(Window::heeding(vec![short, later], careful, now), [later]);
    }
    assert_eq!(Window::heeding(vec![long, later], ChoreVerdict::Go, now), [long, later]);
}
