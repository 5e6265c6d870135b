//! Ring buffer of hours, each an array with the lowest and highest temperature of each box.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{DAYS, HOURS_A_DAY};
use crate::quantity::Celsius;

const HOURS: usize = DAYS * HOURS_A_DAY;
/// Rows are reused once more than this many belong to boxes without any data left.
const IDLE_ROWS: usize = 1024;

/// The kept hours, and the row of each box in all of them.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    /// The newest hour, counted from the epoch.
    newest: i64,
    rows: Arc<HashMap<Box<str>, u32, RandomState>>,
    /// From the newest hour backwards. A box whose row is beyond the end of an hour has no data for
    /// it.
    spans: [Arc<Vec<HourExtremes>>; HOURS],
}

/// The lowest and highest temperature of an hour, in hundredths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HourExtremes {
    min: i16,
    max: i16,
}

impl HourExtremes {
    /// Without any temperature.
    pub(super) const EMPTY: Self = Self { min: i16::MAX, max: i16::MIN };

    /// A single temperature; `None` if no air can have it.
    fn of(temperature: Celsius) -> Option<Self> {
        let hundredths = (temperature.0 * 100.0).round();
        let is_held = hundredths > f64::from(i16::MIN) && hundredths < f64::from(i16::MAX);
        is_held.then_some(Self { min: hundredths as i16, max: hundredths as i16 })
    }

    fn is_empty(self) -> bool {
        self.min > self.max
    }

    pub(super) fn include(&mut self, other: Self) {
        *self = Self { min: self.min.min(other.min), max: self.max.max(other.max) };
    }

    pub(super) fn min(self) -> Celsius {
        Celsius(f64::from(self.min) / 100.0)
    }

    pub(super) fn max(self) -> Celsius {
        Celsius(f64::from(self.max) / 100.0)
    }

    pub(super) fn middle(self) -> Celsius {
        Celsius(f64::midpoint(self.min().0, self.max().0))
    }
}

impl Default for Hours {
    fn default() -> Self {
        Self { newest: 0, rows: Arc::default(), spans: std::array::from_fn(|_| Arc::default()) }
    }
}

impl Hours {
    /// Makes `hour` the newest and drops hours that are now too old. If the clock has stepped back,
    /// drops the hours that are now in the future.
    pub(super) fn move_to(&mut self, hour: i64) {
        let by = usize::try_from(hour.abs_diff(self.newest)).unwrap_or(HOURS).min(HOURS);
        if by == 0 {
            return;
        }
        if hour > self.newest {
            self.spans.rotate_right(by);
            self.spans[..by].fill_with(Arc::default);
        } else {
            self.spans.rotate_left(by);
            self.spans[HOURS - by..].fill_with(Arc::default);
        }
        self.newest = hour;
        self.give_up_idle_rows();
    }

    /// Adds a temperature to an hour, if the hour is kept.
    pub(super) fn add(&mut self, box_id: &str, hour: i64, temperature: Celsius) {
        let Some(span) = HourExtremes::of(temperature) else { return };
        let Some(place) = self.place(hour) else { return };
        let row = self.row(box_id).unwrap_or_else(|| {
            let row = self.rows.len();
            Arc::make_mut(&mut self.rows).insert(box_id.into(), row as u32);
            row
        });
        let spans = Arc::make_mut(&mut self.spans[place]);
        if spans.len() <= row {
            spans.resize(self.rows.len(), HourExtremes::EMPTY);
        }
        spans[row].include(span);
    }

    /// The row of a box.
    pub(super) fn row(&self, box_id: &str) -> Option<usize> {
        self.rows.get(box_id).map(|row| *row as usize)
    }

    /// The extremes of a box in an hour; `None` if unknown.
    pub(super) fn span(&self, row: usize, hour: i64) -> Option<HourExtremes> {
        self.spans[self.place(hour)?].get(row).copied().filter(|span| !span.is_empty())
    }

    pub(super) fn box_count(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let spans: usize = self.spans.iter().map(|spans| spans.capacity() * size_of::<HourExtremes>()).sum();
        let ids: usize = self.rows.keys().map(|id| id.len()).sum();
        spans + ids + self.rows.capacity() * size_of::<(Box<str>, u32)>()
    }

    fn place(&self, hour: i64) -> Option<usize> {
        usize::try_from(self.newest.checked_sub(hour)?).ok().filter(|place| *place < HOURS)
    }

    /// Renumbers the boxes once many have gone, so that boxes that come and go do not fill the
    /// memory.
    fn give_up_idle_rows(&mut self) {
        let mut is_kept = vec![false; self.rows.len()];
        for spans in &self.spans {
            for (is_kept, span) in is_kept.iter_mut().zip(&**spans) {
                *is_kept |= !span.is_empty();
            }
        }
        let kept = is_kept.iter().filter(|is_kept| **is_kept).count();
        if is_kept.len() - kept <= IDLE_ROWS {
            return;
        }
        let rows_after: Vec<u32> = (0..is_kept.len())
            .scan(0, |next, row| {
                let row_after = *next;
                *next += u32::from(is_kept[row]);
                Some(row_after)
            })
            .collect();
        let rows = Arc::make_mut(&mut self.rows);
        rows.retain(|_, row| is_kept[*row as usize]);
        for row in rows.values_mut() {
            *row = rows_after[*row as usize];
        }
        rows.shrink_to_fit();
        for spans in &mut self.spans {
            let kept = spans.iter().zip(&is_kept).filter(|(_, is_kept)| **is_kept).map(|(span, _)| *span);
            *spans = Arc::new(kept.collect());
        }
    }
}
