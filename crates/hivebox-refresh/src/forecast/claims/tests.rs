use hivebox_climate::place::Position;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn own(per_day: u64) -> Own {
    Own { records: HashMap::new(), spending: Spending::new(Some(ForecastBudget { per_day })) }
}

fn cell(number: u8) -> ForecastCell {
    ForecastCell::of(Position::new(f64::from(number) / 10.0, 0.0).unwrap())
}

const LIFETIME: Duration = Duration::from_secs(30);

#[test]
fn a_cell_is_claimed_once_until_the_claim_ends_or_is_settled() {
    let mut own = own(1000);
    let mut claim = |seconds| own.claim(cell(1), LIFETIME, false, at(seconds));
    assert_eq!(claim(0), Claim::Ours { failures: 0 });
    assert_eq!(claim(29), Claim::Elsewhere);
    assert_eq!(claim(30), Claim::Ours { failures: 0 }, "whoever had it is gone");
    let failed = Settled::Failed { failures: 1, until: at(100) };
    own.settle(&[(cell(1), failed)], at(31));
    assert_eq!(own.claim(cell(1), LIFETIME, false, at(99)), Claim::Rests { until: at(100) });
    assert_eq!(own.claim(cell(1), LIFETIME, false, at(100)), Claim::Ours { failures: 1 });
}

#[test]
fn a_clock_that_was_set_back_frees_old_claims() {
    let mut own = own(1000);
    assert_eq!(own.claim(cell(1), LIFETIME, false, at(0)), Claim::Ours { failures: 0 });
    assert_eq!(own.claim(cell(1), LIFETIME, false, at(-2 * 86_400)), Claim::Ours { failures: 0 });
}

#[test]
fn each_claim_costs_a_place_and_no_place_is_left_for_more() {
    let mut own = own(100);
    let claims = (0..7).map(|number| own.claim(cell(number), LIFETIME, false, at(0)));
    let ours = claims.filter(|claim| *claim == Claim::Ours { failures: 0 }).count();
    assert_eq!(ours, 5, "5 % in a minute");
    assert_eq!(own.claim(cell(6), LIFETIME, false, at(0)), Claim::Spent);
}
