//! When the weather allows a chore.

use jiff::{SignedDuration, Timestamp};

use super::ahead::{Ahead, HOUR_SECONDS};
use super::block::Block;
use super::chore::Chore;
use super::kind::InputKind;
use super::limits::Limits;
use super::list::Chores;
use super::margin::Margin;
use super::part::{Part, Steady};
use super::rule::Rules;
use super::told::Told;
use super::verdict::ChoreVerdict;
use crate::sun::SunUp;

/// A stretch of time in which a chore can be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Its beginning: now, sunrise, a multiple of ten minutes, or when what a beekeeper saw of rain
    /// and wind no longer holds.
    pub from: Timestamp,
    /// Its end: sunset, a multiple of ten minutes, or when what they saw no longer holds.
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

impl Window {
    /// The windows of a chore that was judged to be `verdict` at `now`.
    ///
    /// That verdict counts what boxes measure, and windows are of the forecast. So a window that
    /// contains `now` and promises more begins with the next hour instead.
    #[must_use]
    pub fn heeding(mut windows: Vec<Self>, verdict: ChoreVerdict, now: Timestamp) -> Vec<Self> {
        let hour = now.as_second().div_euclid(HOUR_SECONDS);
        let next = Timestamp::from_second((hour + 1) * HOUR_SECONDS).unwrap_or(now);
        for window in windows.iter_mut().filter(|window| window.from <= now) {
            if verdict.is_more_careful_than(window.verdict) {
                window.from = next;
            }
        }
        windows.retain(|window| window.from < window.to);
        windows
    }
}

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
    /// * A chore that needs daylight has windows only while the sun is up, to full minutes. `sun` says
    ///   when that is, from now to the end of [`Ahead::REACH`] or of the forecast.
    /// * What the beekeeper says about the colony holds for all windows; what they see of rain and
    ///   wind, for the next two hours.
    #[must_use]
    pub fn windows(&self, ahead: &Ahead, told: Told, sun: &[SunUp]) -> Vec<Vec<Window>> {
        let now = ahead.now().as_second();
        let end = ahead.end().min(now + Ahead::REACH.as_secs());
        let (light, whole) = (light(sun, now, end), vec![(now, end)]);
        let sees = told.wind.is_some() || told.rain.is_some();
        let seen_until = if sees { now + SEEN_FOR.as_secs() } else { now };
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

/// When the sun is up between two moments, to full minutes.
fn light(sun: &[SunUp], from: i64, to: i64) -> Vec<(i64, i64)> {
    let minutes = |SunUp { from: rise, to: set }: &SunUp| {
        let (rise, set) = (rise.as_second(), set.as_second());
        let begin = if rise <= from { from } else { rise - rise.rem_euclid(60) + 60 };
        (begin, if set >= to { to } else { set - set.rem_euclid(60) })
    };
    sun.iter().map(minutes).filter(|(begin, end)| begin < end).collect()
}

/// Looks for the windows of one chore.
struct Scan<'a> {
    rules: &'a Rules,
    ahead: &'a Ahead,
    told: Told,
    /// The hours from `first` on.
    blocks: [Option<Block>; BLOCKS],
    first: usize,
    /// The limits of `go` and `caution`, once needed.
    limits: [Option<Limits<'a>>; 2],
    found: Vec<Found>,
}

/// Blocks for all hours within reach.
const BLOCKS: usize = (Ahead::REACH.as_hours() as usize + 1).div_ceil(Block::HOURS);

struct Found {
    from: i64,
    to: i64,
    verdict: ChoreVerdict,
    margin: Margin,
}

impl<'a> Scan<'a> {
    fn new(chore: &'a Chore, ahead: &'a Ahead, told: Told) -> Self {
        let rules = chore.ahead().unwrap_or(chore.rules());
        let first = ahead.hours_until(ahead.now().as_second());
        let (blocks, limits) = ([None; BLOCKS], [None, None]);
        Self { rules, ahead, told, blocks, first, limits, found: Vec::new() }
    }

    /// Looks for windows between two moments. `sees` says whether what the beekeeper sees holds.
    fn stretch(&mut self, from: i64, to: i64, sees: bool) {
        let mut begin = from;
        while begin < to {
            let hour = self.ahead.hours_until(begin);
            let end = self.ahead.second(hour + 1);
            begin = if sees || begin > self.ahead.second(hour) || end > to {
                self.part(hour, [begin, end.min(to)], sees);
                end
            } else {
                let next = self.whole_hours(hour, self.ahead.hours_until(to));
                self.ahead.second(next)
            };
        }
    }

    /// Looks for windows in whole hours up to another one. Returns the first hour to look at next.
    fn whole_hours(&mut self, hour: usize, until: usize) -> usize {
        let (index, at) = ((hour - self.first) / Block::HOURS, (hour - self.first) % Block::HOURS);
        let begin = self.first + index * Block::HOURS;
        let judged = || Block::of(self.rules, self.ahead, self.told, begin);
        let Some(block) = self.blocks.get_mut(index).map(|block| *block.get_or_insert_with(judged)) else {
            return until;
        };
        let Block { go, caution, mixed } = block;
        let next = |count: u32| (hour + count as usize).min(begin + Block::HOURS).min(until);
        if (mixed >> at) & 1 == 1 {
            self.part(hour, [hour, hour + 1].map(|end| self.ahead.second(end)), false);
            return hour + 1;
        }
        for (hours, verdict) in [(go, ChoreVerdict::Go), (caution, ChoreVerdict::Caution)] {
            if (hours >> at) & 1 == 1 {
                let next = next((hours >> at).trailing_ones());
                let (ahead, told) = (self.ahead, self.told);
                let margin = self.limits(verdict).margin_of_hours(ahead, told, hour, next - 1);
                self.add(ahead.second(hour), ahead.second(next), verdict, margin);
                return next;
            }
        }
        next(((go | caution | mixed) >> at).trailing_zeros())
    }

    /// Looks for windows in a part of an hour.
    fn part(&mut self, hour: usize, ends: [i64; 2], sees: bool) {
        let (rules, ahead, told) = (self.rules, self.ahead, self.told);
        Part::of(ahead, hour, ends, told, sees).steady(rules, |Steady { from, to, verdict }| {
            // Each input changes evenly, so it is closest to a limit at one of the ends.
            let moment = |second| ahead.moment(hour, second, told, sees);
            let limits = self.limits(verdict);
            let margin = limits.margin(&moment(from)).weaker(limits.margin(&moment(to)));
            self.add(from, to, verdict, margin);
        });
    }

    fn limits(&mut self, verdict: ChoreVerdict) -> &Limits<'a> {
        let limits = &mut self.limits[usize::from(verdict == ChoreVerdict::Caution)];
        limits.get_or_insert_with(|| Limits::of(self.rules, verdict))
    }

    /// Adds time in which the chore can be done, after all that was found before.
    fn add(&mut self, from: i64, to: i64, verdict: ChoreVerdict, margin: Margin) {
        match self.found.last_mut().filter(|last| last.to == from && last.verdict == verdict) {
            Some(last) => (last.to, last.margin) = (to, last.margin.weaker(margin)),
            None => self.found.push(Found { from, to, verdict, margin }),
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

#[cfg(test)]
mod tests;
