//! The error of the weather model has the size and the shape that its description states.

use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{ForecastError, Options, Simulation, Stations};

/// The leads in hours, with the bounds of the root mean square error of temperature in kelvin: real
/// models have about 1.5 to 2 K on the first day and 2.5 to 3 K on the third.
const TEMPERATURE_ERRORS: [(i64, f64, f64); 7] = [
    (0, 1.2, 1.55),
    (1, 1.2, 1.55),
    (6, 1.3, 1.75),
    (12, 1.45, 1.95),
    (24, 1.7, 2.2),
    (48, 2.1, 2.7),
    (72, 2.4, 3.0),
];

fn simulation() -> Simulation {
    Simulation::new(Options { stations: Stations::Generated(500), ..Options::default() })
}

/// Places from Lisbon to the Baltic, farther apart than errors are alike.
fn places() -> impl Iterator<Item = (f64, f64)> + Clone {
    (0..64).map(|number| (38.0 + 2.7 * f64::from(number / 8), -9.0 + 4.3 * f64::from(number % 8)))
}

/// Hours of runs over a year, none of them special.
fn runs(count: i64) -> impl Iterator<Item = Timestamp> + Clone {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    (0..count).map(move |number| start + SignedDuration::from_hours(number * (8760 / count) + number % 24))
}

fn hours(number: i64) -> SignedDuration {
    SignedDuration::from_hours(number)
}

/// The errors of temperature of the runs at each place for these leads: by place, run and lead.
fn temperature_errors(
    simulation: &Simulation,
    runs: &(impl Iterator<Item = Timestamp> + Clone),
    leads: &[i64],
) -> Vec<Vec<Vec<f64>>> {
    let of_a_place = |(latitude, longitude)| {
        let mut model = simulation.model_over(latitude, longitude);
        let (latitude, longitude) = (model.latitude_degrees(), model.longitude_degrees());
        let mut truth = simulation.weather_over(latitude, longitude, model.height_metres());
        let mut of_a_run = |run: Timestamp| {
            let error = |&lead: &i64| {
                let valid = run + hours(lead);
                model.at(run, valid).air_temperature_celsius - truth.at(valid).air_temperature_celsius
            };
            leads.iter().map(error).collect()
        };
        runs.clone().map(&mut of_a_run).collect()
    };
    places().map(of_a_place).collect()
}

fn root_mean_square(errors: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = errors.fold((0.0, 0.0), |(sum, count), error| (sum + error * error, count + 1.0));
    (sum / count).sqrt()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let sum = |term: fn(&(f64, f64)) -> f64| pairs.iter().map(term).sum::<f64>() / count;
    let (left, right) = (sum(|pair| pair.0), sum(|pair| pair.1));
    let covariance = sum(|pair| pair.0 * pair.1) - left * right;
    let variance =
        (sum(|pair| pair.0 * pair.0) - left * left) * (sum(|pair| pair.1 * pair.1) - right * right);
    covariance / variance.sqrt()
}

#[test]
fn the_error_of_temperature_grows_with_lead_time_as_that_of_real_models() {
    let leads = TEMPERATURE_ERRORS.map(|(lead, ..)| lead);
    let errors = temperature_errors(&simulation(), &runs(40), &leads);
    for (index, (lead, least, most)) in TEMPERATURE_ERRORS.into_iter().enumerate() {
        let size = root_mean_square(errors.iter().flatten().map(|run| run[index]));
        println!("temperature after {lead} h: {size:.2} K");
        assert!((least..most).contains(&size), "{size} K after {lead} h");
    }
}

#[test]
fn the_bias_of_a_place_persists_and_neighbours_share_a_part_of_it() {
    let simulation = simulation();
    let mean = |errors: &[Vec<f64>]| errors.iter().map(|run| run[0]).sum::<f64>() / errors.len() as f64;
    let errors = temperature_errors(&simulation, &runs(100), &[0]);
    let halves: Vec<(f64, f64)> = errors.iter().map(|runs| (mean(&runs[..50]), mean(&runs[50..]))).collect();
    let alike = correlation(&halves);
    let size = root_mean_square(errors.iter().map(|runs| mean(runs)));
    println!("bias by place: {size:.2} K, half a year later correlated by {alike:.2}");
    assert!((0.75..1.25).contains(&size), "{size}");
    assert!(alike > 0.9, "{alike}");
    let bias = |latitude: f64, longitude: f64| {
        let mut model = simulation.model_over(latitude, longitude);
        let mut truth = simulation.weather_over(latitude, longitude, model.height_metres());
        let error = |run| model.at(run, run).air_temperature_celsius - truth.at(run).air_temperature_celsius;
        runs(60).map(error).sum::<f64>() / 60.0
    };
    let near: Vec<(f64, f64)> =
        places().map(|(north, east)| (bias(north, east), bias(north + 0.2, east))).collect();
    println!("biases 22 km apart: correlated by {:.2}", correlation(&near));
    assert!((0.25..0.85).contains(&correlation(&near)), "{}", correlation(&near));
}

#[test]
fn nights_are_too_warm_and_afternoons_too_cool() {
    let simulation = simulation();
    let day: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    // At a longitude of 0° the coldest hour is 3 and the warmest is 15.
    let mean = |hour: i64| {
        let mut sum = 0.0;
        for latitude in [40.0, 44.0, 48.0, 52.0, 56.0] {
            let mut model = simulation.model_over(latitude, 0.0);
            let mut truth = simulation.weather_over(latitude, 0.0, model.height_metres());
            for number in 0..120 {
                let run = day + hours(72 * number + hour);
                sum += model.at(run, run).air_temperature_celsius - truth.at(run).air_temperature_celsius;
            }
        }
        sum / 600.0
    };
    let swing = (mean(3) - mean(15)) / 2.0;
    println!("bias by hour of day: {swing:.2} K");
    assert!((0.45..0.95).contains(&swing), "{swing}");
}

#[test]
fn the_error_now_tells_of_the_next_hour_and_not_of_tomorrow() {
    let leads = [0, 1, 3, 6, 12, 24];
    // All runs at the same hour, so that the mean of each lead holds the bias by hour of day as well.
    let start: Timestamp = "2026-01-01T05:00:00Z".parse().unwrap();
    let runs = (0..50).map(|number| start + hours(168 * number));
    let mut errors = temperature_errors(&simulation(), &runs, &leads);
    for runs in &mut errors {
        for index in 0..leads.len() {
            let mean = runs.iter().map(|run| run[index]).sum::<f64>() / runs.len() as f64;
            for run in runs.iter_mut() {
                run[index] -= mean;
            }
        }
    }
    let with = |index: usize| {
        let pairs: Vec<(f64, f64)> = errors.iter().flatten().map(|run| (run[0], run[index])).collect();
        let alike = correlation(&pairs);
        println!("error now and in {} h: correlated by {alike:.2}", leads[index]);
        alike
    };
    assert!(with(1) > 0.8);
    assert!(with(2) < with(1));
    assert!((0.15..0.75).contains(&with(3)));
    assert!(with(4) < 0.45);
    assert!(with(5) < 0.3);
}

#[test]
fn errors_are_alike_in_the_region_and_not_across_the_continent() {
    let simulation = simulation();
    let alike = |north: f64| {
        let pairs: Vec<(f64, f64)> = places()
            .flat_map(|(latitude, longitude)| {
                let simulation = &simulation;
                let errors = move |latitude: f64| {
                    let mut model = simulation.model_over(latitude, longitude);
                    let mut truth = simulation.weather_over(latitude, longitude, model.height_metres());
                    let error = move |run: Timestamp| {
                        let valid = run + hours(6);
                        model.at(run, valid).air_temperature_celsius - truth.at(valid).air_temperature_celsius
                    };
                    let errors: Vec<f64> = runs(30).map(error).collect();
                    let mean = errors.iter().sum::<f64>() / 30.0;
                    errors.into_iter().map(move |error| error - mean)
                };
                errors(latitude).zip(errors(latitude + north))
            })
            .collect();
        correlation(&pairs)
    };
    let (near, middle, far) = (alike(0.3), alike(1.4), alike(6.0));
    println!("errors 33, 155 and 670 km apart: correlated by {near:.2}, {middle:.2}, {far:.2}");
    assert!(near > 0.8, "{near}");
    assert!((0.25..0.75).contains(&middle), "{middle}");
    assert!(far < 0.25, "{far}");
}

#[test]
fn wind_and_humidity_grow_worse_as_well() {
    let simulation = simulation();
    for (lead, wind_bounds, humidity_bounds) in [(1, 0.1..0.3, 4.0..8.0), (72, 0.35..0.6, 9.0..14.0)] {
        let (mut wind, mut humidity) = (Vec::new(), Vec::new());
        for (latitude, longitude) in places() {
            let mut model = simulation.model_over(latitude, longitude);
            let (latitude, longitude) = (model.latitude_degrees(), model.longitude_degrees());
            let mut truth = simulation.weather_over(latitude, longitude, model.height_metres());
            for run in runs(30) {
                let (said, real) = (model.at(run, run + hours(lead)), truth.at(run + hours(lead)));
                assert!(said.wind_gust_metres_per_second >= said.wind_speed_metres_per_second);
                wind.push((said.wind_speed_metres_per_second / real.wind_speed_metres_per_second).ln());
                humidity.push(said.relative_humidity_percent - real.relative_humidity_percent);
            }
        }
        let (wind, humidity) = (root_mean_square(wind.into_iter()), root_mean_square(humidity.into_iter()));
        println!("after {lead} h: wind {:.0} %, humidity {humidity:.1} %", 100.0 * wind);
        assert!(wind_bounds.contains(&wind), "{wind}");
        assert!(humidity_bounds.contains(&humidity), "{humidity}");
    }
}

#[test]
fn the_probability_of_rain_means_what_it_says() {
    let simulation = simulation();
    // For each part of the scale: how often it was said, the sum of probabilities, and how often it rained.
    let mut parts = [(0.0, 0.0, 0.0); 4];
    for (latitude, longitude) in places() {
        let mut model = simulation.model_over(latitude, longitude);
        let mut truth = simulation.weather_over(model.latitude_degrees(), model.longitude_degrees(), 0.0);
        for run in runs(50) {
            for lead in [3, 12, 30, 60] {
                let said = model.at(run, run + hours(lead)).precipitation_probability_percent / 100.0;
                let rained = truth.at(run + hours(lead)).precipitation_millimetres >= 0.1;
                let part = &mut parts[(said * 3.0).ceil() as usize];
                *part = (part.0 + 1.0, part.1 + said, part.2 + f64::from(u8::from(rained)));
            }
        }
    }
    for (count, said, rained) in parts {
        println!(
            "{count} times {:.0} %: it rained {:.0} % of them",
            100.0 * said / count,
            100.0 * rained / count
        );
        assert!(count > 100.0, "{count}");
        assert!((said / count - rained / count).abs() < 0.18, "{said} {rained} {count}");
    }
}

#[test]
fn a_perfect_model_is_the_truth_of_its_cell() {
    let simulation = simulation().with_forecast_error(ForecastError { scale: 0.0 });
    let mut rainy = 0;
    for (latitude, longitude) in places() {
        let mut model = simulation.model_over(latitude + 0.03, longitude - 0.02);
        let (latitude, longitude) = (model.latitude_degrees(), model.longitude_degrees());
        let mut truth = simulation.weather_over(latitude, longitude, model.height_metres());
        for run in runs(20) {
            let valid = run + hours(30);
            let (said, real) = (model.at(run, valid), truth.at(valid));
            let same = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{said:?} {real:?}");
            same(said.air_temperature_celsius, real.air_temperature_celsius);
            same(said.relative_humidity_percent, real.relative_humidity_percent);
            same(said.wind_speed_metres_per_second, real.wind_speed_metres_per_second);
            same(said.wind_gust_metres_per_second, real.wind_gust_metres_per_second);
            same(said.precipitation_millimetres, real.precipitation_millimetres);
            rainy += usize::from(said.precipitation_probability_percent > 99.0);
        }
    }
    assert!(rainy > 10, "{rainy}");
}

#[test]
fn the_same_seed_gives_the_same_forecast_in_any_order() {
    let (one, other) = (simulation(), simulation());
    let run: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let mut model = other.model_over(52.5, 13.4);
    let later: Vec<_> =
        (0..72).rev().map(|lead| model.at(run - hours(lead % 9), run + hours(lead))).collect();
    for (lead, later) in (0..72).zip(later.into_iter().rev()) {
        assert_eq!(one.model_at(52.5, 13.4, run - hours(lead % 9), run + hours(lead)), later);
    }
    let another = Simulation::new(Options { seed: 2, ..one.options() });
    assert_ne!(one.model_at(52.5, 13.4, run, run), another.model_at(52.5, 13.4, run, run));
}

#[test]
fn the_ground_of_the_model_is_near_that_of_the_stations() {
    let simulation = Simulation::new(Options::default());
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let mut differences: Vec<f64> = simulation
        .boxes_at(now)
        .filter_map(|item| item.place())
        .filter_map(|place| {
            let height = place.height.filter(|height| (0.0..2000.0).contains(height))?;
            Some((simulation.model_over(place.latitude, place.longitude).height_metres() - height).abs())
        })
        .step_by(5)
        .collect();
    differences.sort_by(f64::total_cmp);
    let at = |share: f64| differences[(differences.len() as f64 * share) as usize];
    println!("height of the model beside the real one: {:.0} m, in hills {:.0} m", at(0.5), at(0.9));
    assert!(at(0.5) < 40.0, "{}", at(0.5));
    assert!((40.0..200.0).contains(&at(0.9)), "{}", at(0.9));
}
