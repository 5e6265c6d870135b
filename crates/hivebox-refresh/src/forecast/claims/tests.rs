use hivebox_climate::place::Position;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn own() -> Own {
    Own { records: HashMap::new(), spending: Spending::default() }
}

fn terms(per_day: u64, seconds: i64) -> ClaimTerms {
    let budget = Some(ForecastBudget { per_day });
    ClaimTerms { now: at(seconds), lifetime: LIFETIME, budget, ignores_done: false }
}

fn cell(number: u8) -> ForecastCell {
    ForecastCell::of(Position::new(f64::from(number) / 10.0, 0.0).unwrap())
}

const LIFETIME: Duration = Duration::from_secs(30);

#[test]
fn a_cell_is_claimed_once_until_the_claim_ends_or_is_settled() {
    let mut own = own();
    let mut claim = |seconds| own.claim(cell(1), &terms(1000, seconds), 1);
    assert_eq!(claim(0), Claim::Ours { failures: 0 });
    assert_eq!(claim(29), Claim::Elsewhere);
    assert_eq!(claim(30), Claim::Ours { failures: 0 }, "whoever had it is gone");
    let failed = Settled::Failed { failures: 1, until: at(100) };
    own.settle(&[(cell(1), failed)], at(31));
    assert_eq!(own.claim(cell(1), &terms(1000, 99), 1), Claim::Rests { until: at(100) });
    assert_eq!(own.claim(cell(1), &terms(1000, 100), 1), Claim::Ours { failures: 1 });
}

#[test]
fn a_clock_that_was_set_back_frees_old_claims_and_rests() {
    let mut own = own();
    assert_eq!(own.claim(cell(1), &terms(1000, 0), 1), Claim::Ours { failures: 0 });
    assert_eq!(own.claim(cell(1), &terms(1000, -3600), 1), Claim::Ours { failures: 0 });
    let failed = Settled::Failed { failures: 3, until: at(240) };
    own.settle(&[(cell(1), failed)], at(0));
    assert_eq!(own.claim(cell(1), &terms(1000, 0), 1), Claim::Rests { until: at(240) });
    assert_eq!(own.claim(cell(1), &terms(1000, -3600), 1), Claim::Ours { failures: 3 });
}

#[test]
fn each_claim_costs_a_place_and_no_place_is_left_for_more() {
    let mut own = own();
    let claims = (0..7).map(|number| own.claim(cell(number), &terms(100, 0), 1));
    let ours = claims.filter(|claim| *claim == Claim::Ours { failures: 0 }).count();
    assert_eq!(ours, 5, "5 % in a minute");
    assert_eq!(own.claim(cell(6), &terms(100, 0), 1), Claim::Spent);
}
