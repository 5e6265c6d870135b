use hivebox_climate::forecast::ModelHoursBuilder;
use hivebox_climate::place::Position;
use tokio::sync::mpsc::error::TryRecvError;

use super::*;

static FACTS: SourceFacts = SourceFacts {
    slug: "test",
    name: "Test",
    attribution: "",
    attribution_address: "",
    licence: "",
    licence_address: "",
};

fn noon() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

/// A cell for each number up to 1,000,000.
fn cell(number: u32) -> ForecastCell {
    let (row, column) = (number / 3600, number % 3600);
    let position = Position::new(f64::from(row) / 10.0 - 80.0, f64::from(column) / 10.0 - 180.0);
    ForecastCell::of(position.unwrap())
}

/// A forecast that was fetched at `at` and lasts for an hour.
fn fetched(at: Timestamp) -> Kept {
    let forecast = CellForecast {
        hours: ModelHoursBuilder::new(at, None).finish(),
        fetched_at: at,
        updated_at: None,
        expires_at: at + SignedDuration::from_hours(1),
    };
    let renew_at = forecast.expires_at + SignedDuration::from_mins(1);
    Kept { forecast: Arc::new(forecast), validator: None, renew_at }
}

const PATIENT: Duration = Duration::from_mins(5);
const IMPATIENT: Duration = Duration::ZERO;

/// The next wanted cell: first those that somebody waits for.
fn next(wanted: &mut Wanted) -> Result<ForecastCell, TryRecvError> {
    wanted.waiting.try_recv().or_else(|_| wanted.due.try_recv())
}

#[tokio::test]
async fn without_a_source_there_is_no_forecast_and_nothing_to_wait_for() {
    let forecasts = Forecasts::off();
    assert_eq!(forecasts.ask(cell(1), noon(), PATIENT).await, Err(NoForecast::Off));
    assert_eq!((forecasts.source(), forecasts.state(noon())), (None, None));
}

#[tokio::test]
async fn all_who_wait_for_a_new_cell_share_one_fetch() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    let forecasts = Arc::new(forecasts);
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let forecasts = Arc::clone(&forecasts);
            tokio::spawn(async move { forecasts.ask(cell(1), noon(), PATIENT).await })
        })
        .collect();
    assert_eq!(wanted.waiting.recv().await, Some(cell(1)));
    tokio::task::yield_now().await;
    assert!(next(&mut wanted).is_err(), "it is wanted once");
    forecasts.put(cell(1), fetched(noon()));
    for answer in waiting {
        assert_eq!(answer.await.unwrap().unwrap().fetched_at, noon());
    }
}

#[tokio::test]
async fn a_forecast_serves_on_for_six_hours_while_it_is_renewed() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    assert_eq!(forecasts.ask(cell(1), noon(), IMPATIENT).await, Err(NoForecast::Pending));
    assert_eq!(next(&mut wanted), Ok(cell(1)));
    forecasts.put(cell(1), fetched(noon()));
    assert!(forecasts.ask(cell(1), after(59), IMPATIENT).await.is_ok());
    assert!(next(&mut wanted).is_err(), "it is fresh");
    for minutes in [60, 360] {
        assert!(forecasts.ask(cell(1), after(minutes), IMPATIENT).await.is_ok());
    }
    assert_eq!(next(&mut wanted), Ok(cell(1)));
    assert!(next(&mut wanted).is_err(), "it is wanted already");
    assert_eq!(forecasts.ask(cell(1), after(361), IMPATIENT).await, Err(NoForecast::Pending));
}

#[tokio::test]
async fn a_cell_that_rests_is_not_wanted_and_says_why() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    let _ = forecasts.ask(cell(1), noon(), IMPATIENT).await;
    assert_eq!(next(&mut wanted), Ok(cell(1)));
    forecasts.miss(cell(1), NoForecast::BudgetSpent, after(2));
    assert_eq!(forecasts.ask(cell(1), after(1), PATIENT).await, Err(NoForecast::BudgetSpent));
    assert!(next(&mut wanted).is_err());
    assert_eq!(forecasts.ask(cell(1), after(2), IMPATIENT).await, Err(NoForecast::Pending));
    assert_eq!(next(&mut wanted), Ok(cell(1)));
    // An old forecast serves on while its cell rests.
    forecasts.put(cell(1), fetched(noon()));
    forecasts.miss(cell(1), NoForecast::SourceFailed, after(90));
    assert!(forecasts.ask(cell(1), after(80), IMPATIENT).await.is_ok());
    assert!(next(&mut wanted).is_err());
}

#[tokio::test]
async fn what_people_ask_for_is_renewed_and_the_rest_is_dropped() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    for number in [1, 2] {
        let _ = forecasts.ask(cell(number), noon(), IMPATIENT).await;
        assert_eq!(next(&mut wanted), Ok(cell(number)));
        forecasts.put(cell(number), fetched(noon()));
    }
    let _ = forecasts.ask(cell(2), after(50), IMPATIENT).await;
    forecasts.want_due(after(60));
    assert!(next(&mut wanted).is_err(), "the moment of renewal is spread");
    forecasts.want_due(after(190));
    assert_eq!((next(&mut wanted).ok(), next(&mut wanted).ok()), (Some(cell(2)), None));
    forecasts.tidy(after(361));
    assert!(forecasts.kept(cell(1)).is_none() && forecasts.kept(cell(2)).is_some());
}

#[tokio::test]
async fn ten_thousand_cells_at_most_are_kept_and_the_least_recently_asked_go_at_once() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    let most = MOST_CELLS as u32;
    for number in 0..most + 10 {
        let asked_at = noon() + SignedDuration::from_millis(i64::from(number));
        let answer = forecasts.ask(cell(number), asked_at, IMPATIENT).await;
        assert_eq!(answer, Err(NoForecast::Pending), "{number}: a new place is never turned away");
        assert!(next(&mut wanted).is_ok(), "{number}");
        forecasts.put(cell(number), fetched(asked_at));
    }
    assert_eq!(forecasts.state(after(1)).unwrap().cells, MOST_CELLS / 10 * 9 + 10);
    assert!(forecasts.kept(cell(0)).is_none() && forecasts.kept(cell(most - 1)).is_some());
    assert!(forecasts.kept(cell(most + 9)).is_some());
}

#[tokio::test]
async fn renewals_keep_nobody_waiting() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    for number in 0..=MOST_WANTED as u32 {
        let _ = forecasts.ask(cell(number), noon(), IMPATIENT).await;
        assert!(next(&mut wanted).is_ok());
        forecasts.put(cell(number), fetched(noon()));
    }
    forecasts.want_due(after(170));
    assert_eq!(forecasts.ask(cell(9999), after(170), IMPATIENT).await, Err(NoForecast::Pending));
    assert_eq!(wanted.waiting.try_recv(), Ok(cell(9999)), "a new place does not queue behind renewals");
    // Who begins to wait for a place that is due does not queue behind the others, either.
    let _ = forecasts.ask(cell(7), after(361), IMPATIENT).await;
    assert_eq!(wanted.waiting.try_recv(), Ok(cell(7)));
    let _ = forecasts.ask(cell(7), after(361), IMPATIENT).await;
    assert!(wanted.waiting.try_recv().is_err(), "once");
}

#[tokio::test]
async fn a_rest_ends_when_the_clock_is_set_back() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    let _ = forecasts.ask(cell(1), noon(), IMPATIENT).await;
    assert!(next(&mut wanted).is_ok());
    forecasts.miss(cell(1), NoForecast::SourceFailed, after(15));
    assert_eq!(forecasts.ask(cell(1), after(0), PATIENT).await, Err(NoForecast::SourceFailed));
    assert_eq!(forecasts.ask(cell(1), after(-600), IMPATIENT).await, Err(NoForecast::Pending));
    assert!(next(&mut wanted).is_ok());
}

#[tokio::test]
async fn the_queue_of_wanted_cells_is_bounded() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    for number in 0..MOST_WANTED as u32 {
        let _ = forecasts.ask(cell(number), noon(), IMPATIENT).await;
    }
    assert_eq!(forecasts.ask(cell(9999), noon(), PATIENT).await, Err(NoForecast::Busy));
    assert!(next(&mut wanted).is_ok());
    assert_eq!(forecasts.ask(cell(9999), noon(), IMPATIENT).await, Err(NoForecast::Pending));
}

#[tokio::test]
async fn after_a_panic_of_the_fetcher_cells_are_wanted_again() {
    let (forecasts, mut wanted) = Forecasts::of(&FACTS);
    for _ in 0..2 {
        let _ = forecasts.ask(cell(1), noon(), IMPATIENT).await;
        assert_eq!(next(&mut wanted), Ok(cell(1)));
        forecasts.forget_wanted();
    }
}
