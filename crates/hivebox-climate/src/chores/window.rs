//! When the weather allows a chore.

use jiff::{SignedDuration, Timestamp};

use super::ahead::{Ahead, HOUR_SECONDS, Moment};
use super::chore::Chore;
use super::kind::InputKind;
use super::list::Chores;
use super::margin::Margin;
use super::rule::Rules;
use super::told::Told;
use super::verdict::ChoreVerdict;
use crate::place::Position;
use crate::sun::{Daylight, SunUp};

/// A stretch of time in which a chore can be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Its beginning: now, sunrise, or a multiple of ten minutes.
    pub from: Timestamp,
    /// Its end: sunset, or a multiple of ten minutes.
    pub to: Timestamp,
    /// `go` or `caution`.
    pub verdict: ChoreVerdict,
    /// The input that is most likely to change the verdict. `None` if no weather decides.
    pub weakest: Option<InputKind>,
    /// The probability, from 0 to 1, that the weakest input allows this verdict or a better one at
    /// its worst moment.
    ///
    /// Temperatures and wind are taken as normally distributed, with the 68 % range as one standard
    /// deviation to each side. Rain is taken from its probability. That several inputs may fail one
    /// by one is ignored, so for a chore with several weak inputs this is the upper end.
    pub certainty: f64,
}

const STEP_SECONDS: i64 = 600;
/// How long what somebody sees of rain and wind holds.
const SEEN_FOR: SignedDuration = SignedDuration::from_hours(2);

impl Chores {
    /// When each chore can be done in the next days, in the order of [`Chores::iter`]: its windows
    /// in order, at most [`Ahead::REACH`] ahead.
    ///
    /// * Every moment of a window is judged as by [`Chores::judge`] with [`Ahead::inputs_at`]. The
    ///   edges are found to ten minutes; of two verdicts within ten minutes, the more careful one
    ///   counts for all of them.
    /// * A chore whose sources refer to the hours ahead is judged by [`Chore::ahead`] alone, so it
    ///   has windows only as far as the forecast reaches beyond them.
    /// * A chore that needs daylight has windows only between sunrise and sunset at `position`, to
    ///   full minutes.
    /// * What the beekeeper says about the colony holds for all windows; what they see of rain and
    ///   wind, for the next two hours.
    #[must_use]
    pub fn windows(&self, ahead: &Ahead, told: Told, position: Position) -> Vec<Vec<Window>> {
        let now = ahead.now().as_second();
        let end = ahead.end().min(now + Ahead::REACH.as_secs());
        let (light, whole) = (light(position, now, end), vec![(now, end)]);
        let seen_until = now + SEEN_FOR.as_secs();
        let windows = |chore: &Chore| {
            let mut scan = Scan::new(chore, ahead, told);
            for &(from, to) in if chore.needs_daylight() { &light } else { &whole } {
                scan.stretch(from, to.min(seen_until), true);
                scan.stretch(from.max(seen_until), to, false);
            }
            scan.windows()
        };
        self.iter().map(windows).collect()
    }
}

/// The daylight between two moments, to full minutes.
fn light(position: Position, from: i64, to: i64) -> Vec<(i64, i64)> {
    let moment = |second| Timestamp::from_second(second).ok();
    let daylight = moment(from).zip(moment(to)).and_then(|(from, to)| Daylight::at(position, from, to));
    let minutes = |SunUp { from: rise, to: set }: &SunUp| {
        let (rise, set) = (rise.as_second(), set.as_second());
        let begin = if rise == from { from } else { rise - rise.rem_euclid(60) + 60 };
        (begin, if set == to { to } else { set - set.rem_euclid(60) })
    };
    match daylight {
        Some(Daylight::Always) => vec![(from, to)],
        Some(Daylight::Between(stretches)) => stretches.iter().map(minutes).collect(),
        Some(Daylight::Never) | None => Vec::new(),
    }
}

/// Looks for the windows of one chore.
struct Scan<'a> {
    rules: &'a Rules,
    ahead: &'a Ahead,
    told: Told,
    /// Whether no rule but `go` has more than one limit.
    is_plain: bool,
    found: Vec<Found>,
}

struct Found {
    from: i64,
    to: i64,
    verdict: ChoreVerdict,
    margin: Margin,
}

/// The verdict at a moment.
struct Point<'a> {
    second: i64,
    moment: Moment<'a>,
    verdict: ChoreVerdict,
    /// The index of the rule that gave it.
    rule: Option<usize>,
}

impl<'a> Scan<'a> {
    fn new(chore: &'a Chore, ahead: &'a Ahead, told: Told) -> Self {
        let rules = chore.ahead().unwrap_or(chore.rules());
        Self { rules, ahead, told, is_plain: rules.are_plain(), found: Vec::new() }
    }

    /// Looks for windows between two moments. `sees` says whether what the beekeeper sees holds.
    fn stretch(&mut self, from: i64, to: i64, sees: bool) {
        let told = self.told;
        let mut begin = from;
        while begin < to {
            let hour = (begin - self.ahead.first) / HOUR_SECONDS;
            let end = (self.ahead.first + (hour + 1) * HOUR_SECONDS).min(to);
            self.hour(hour as usize, begin, end, told, sees);
            begin = end;
        }
    }

    /// Looks for windows in a part of an hour.
    ///
    /// Within an hour each value and each end of a range changes evenly or not at all, so where a
    /// rule fits at two moments, it fits between them. Where no earlier rule has more than one limit
    /// and none fits at two moments, none fits between them. So if one rule decides at both ends,
    /// it decides all along. Otherwise the edge is looked for.
    fn hour(&mut self, hour: usize, from: i64, to: i64, told: Told, sees: bool) {
        let (rules, ahead) = (self.rules, self.ahead);
        let at = |second| Point::of(rules, second, ahead.moment(hour, second, told, sees));
        let (mut before, last) = (at(from), at(to));
        if self.is_plain && before.rule.is_some() && before.rule == last.rule {
            self.add(&before, &last);
            return;
        }
        if !before.is_complete(rules) {
            return;
        }
        let mut next = from - from.rem_euclid(STEP_SECONDS) + STEP_SECONDS;
        while next < to {
            let point = at(next);
            self.add(&before, &point);
            before = point;
            next += STEP_SECONDS;
        }
        self.add(&before, &last);
    }

    /// Adds the time between two moments, if the chore can be done at both.
    fn add(&mut self, before: &Point<'_>, after: &Point<'_>) {
        let verdict = match (before.verdict, after.verdict) {
            (ChoreVerdict::Go, ChoreVerdict::Go) => ChoreVerdict::Go,
            (ChoreVerdict::Go | ChoreVerdict::Caution, ChoreVerdict::Go | ChoreVerdict::Caution) => {
                ChoreVerdict::Caution
            }
            _ => return,
        };
        let margin = |point: &Point<'_>| Margin::of(self.rules, &point.moment, verdict);
        let margin = margin(before).weaker(margin(after));
        match self.found.last_mut().filter(|last| last.to == before.second && last.verdict == verdict) {
            Some(last) => (last.to, last.margin) = (after.second, last.margin.weaker(margin)),
            None => self.found.push(Found { from: before.second, to: after.second, verdict, margin }),
        }
    }

    fn windows(self) -> Vec<Window> {
        let window = |Found { from, to, verdict, margin }| {
            let (certainty, weakest) = margin.certainty();
            let (from, to) = (Timestamp::from_second(from).ok()?, Timestamp::from_second(to).ok()?);
            Some(Window { from, to, verdict, weakest, certainty })
        };
        self.found.into_iter().filter_map(window).collect()
    }
}

impl<'a> Point<'a> {
    fn of(rules: &Rules, second: i64, moment: Moment<'a>) -> Self {
        let rule = rules.first_that_fits(&moment).map(|(index, _)| index);
        let verdict = rule.map_or(ChoreVerdict::Unknown, |rule| rules.in_order[rule].verdict);
        let mut point = Self { second, moment, verdict, rule };
        let is_good = matches!(verdict, ChoreVerdict::Go | ChoreVerdict::Caution);
        if is_good && !point.is_complete(rules) {
            (point.verdict, point.rule) = (ChoreVerdict::Unknown, None);
        }
        point
    }

    fn is_complete(&self, rules: &Rules) -> bool {
        rules.are_met_by(&self.moment)
    }
}
