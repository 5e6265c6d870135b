//! Keeps the values of one bucket for percentiles.

use hivebox_climate::histogram::{Histogram, HistogramError, Resolution};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::statistics::Percentile;

/// Values in hundredths: a list; counts, once there are more values than distinct ones are possible; or a histogram, if neither
/// fits. The first two are exact.
///
/// Which values become a histogram depends on nothing but the values, and not on the order or the parts in which they come:
/// more than [`LONGEST`] values, of which two are at least as far apart.
#[derive(Debug)]
pub(super) struct Values {
    form: Form,
    resolution: Resolution,
}

#[derive(Debug)]
enum Form {
    List(Vec<i32>),
    Counted(Counts),
    Sketch(Histogram),
}

/// How often each value in a window occurs.
#[derive(Debug, Default)]
struct Counts {
    first: i32,
    counts: Vec<u64>,
}

/// Shorter lists stay lists.
const SHORT: usize = 1024;
/// The longest list and the widest window: 4 and 8 MB. Tests get to the limit sooner.
const LONGEST: usize = if cfg!(test) { 1 << 12 } else { 1 << 20 };

impl Values {
    /// No values yet. `resolution` is that of the histogram, should they need one.
    pub(super) const fn new(resolution: Resolution) -> Self {
        Self { form: Form::List(Vec::new()), resolution }
    }

    /// Whether the values are exact.
    pub(super) fn are_exact(&self) -> bool {
        !matches!(self.form, Form::Sketch(_))
    }

    /// About how much memory they take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match &self.form {
            Form::List(list) => list.capacity() * size_of::<i32>(),
            Form::Counted(counts) => counts.counts.capacity() * size_of::<u64>(),
            // A growing vector has up to twice the capacity that it needs.
            Form::Sketch(sketch) => 2 * sketch.bins() * (size_of::<i32>() + size_of::<u64>()),
        }
    }

    /// Adds values.
    pub(super) fn add(&mut self, values: &[i32]) {
        match &mut self.form {
            Form::List(list) => {
                let grows = list.len() + values.len() > list.capacity();
                list.extend_from_slice(values);
                if grows && list.len() >= SHORT || list.len() > LONGEST {
                    self.fit();
                }
            }
            Form::Counted(counts) => {
                if !counts.add(values) {
                    self.uncount(values.len() as u64);
                    self.add(values);
                }
            }
            Form::Sketch(sketch) => values.iter().for_each(|&value| sketch.add(canonical(value))),
        }
    }

    /// Adds one value `count` times.
    pub(super) fn add_count(&mut self, value: i32, count: u64) {
        match &mut self.form {
            Form::List(list) => {
                if list.len() as u64 + count <= LONGEST as u64 {
                    self.add(&vec![value; count as usize]);
                } else {
                    self.count();
                    self.add_count(value, count);
                }
            }
            Form::Counted(counts) => {
                if !counts.add_count(value, count) {
                    self.uncount(count);
                    self.add_count(value, count);
                }
            }
            Form::Sketch(sketch) => sketch.add_times(canonical(value), count),
        }
    }

    /// Turns counts back into a list, or into a histogram if the list would be too long with `more` values.
    fn uncount(&mut self, more: u64) {
        let Form::Counted(counts) = &self.form else { return };
        if counts.total() + more <= LONGEST as u64 {
            let each = counts.iter().flat_map(|(value, count)| std::iter::repeat_n(value, count as usize));
            self.form = Form::List(each.collect());
        } else {
            self.coarsen();
        }
    }

    /// Turns a list into counts, or into a histogram if its values are too far apart.
    fn count(&mut self) {
        let Form::List(list) = &self.form else { return };
        let mut counts = Counts::default();
        if counts.add(list) {
            self.form = Form::Counted(counts);
        } else {
            self.coarsen();
        }
    }

    /// Adds the values of `other`, which are of the same phenomenon.
    pub(super) fn merge(&mut self, mut other: Self) -> Result<(), HistogramError> {
        if !self.are_exact() || !other.are_exact() {
            other.coarsen();
        }
        match (&mut self.form, &mut other.form) {
            (_, Form::Sketch(sketch)) => return self.merge_sketch(sketch),
            (_, Form::List(list)) => self.add(list),
            (Form::Counted(ours), Form::Counted(theirs)) => {
                if !ours.merge(theirs) {
                    self.uncount(theirs.total());
                    return self.merge(other);
                }
            }
            (_, Form::Counted(_)) => {
                std::mem::swap(&mut self.form, &mut other.form);
                return self.merge(other);
            }
        }
        Ok(())
    }

    /// Adds the values of a histogram.
    pub(super) fn merge_sketch(&mut self, other: &Histogram) -> Result<(), HistogramError> {
        self.coarsen();
        match &mut self.form {
            Form::Sketch(sketch) => sketch.merge(other),
            Form::List(_) | Form::Counted(_) => Ok(()),
        }
    }

    /// Turns the values into a histogram, which bounds their memory.
    pub(super) fn coarsen(&mut self) {
        let mut sketch = Histogram::new(self.resolution);
        match &self.form {
            Form::List(list) => list.iter().for_each(|&value| sketch.add(canonical(value))),
            Form::Counted(counts) => {
                counts.iter().for_each(|(value, count)| sketch.add_times(canonical(value), count));
            }
            Form::Sketch(_) => return,
        }
        self.form = Form::Sketch(sketch);
    }

    /// Turns a list into counts if they take no more memory, or into a histogram if the list is too long.
    fn fit(&mut self) {
        let Form::List(list) = &self.form else { return };
        let mut counts = Counts::default();
        let (least, greatest) = ends(list);
        let width = greatest.abs_diff(least) as usize + 1;
        if list.len() > LONGEST {
            self.count();
        } else if width * size_of::<u64>() <= list.len() * size_of::<i32>() && counts.add(list) {
            self.form = Form::Counted(counts);
        }
    }

    /// The percentiles as `Statistics` defines them; `None` without values.
    pub(super) fn percentiles(mut self, percentiles: &[Percentile]) -> Vec<(Percentile, Option<Canonical>)> {
        if let Form::List(list) = &mut self.form {
            list.sort_unstable();
        }
        let one = |percentile: Percentile| match &self.form {
            Form::List(list) => {
                percentile.among(list.len() as u64, |place| canonical(list[place as usize]).0).map(Canonical)
            }
            Form::Counted(counts) => {
                percentile.among(counts.total(), |place| canonical(counts.at(place)).0).map(Canonical)
            }
            Form::Sketch(sketch) => sketch.quantile(percentile),
        };
        percentiles.iter().map(|&percentile| (percentile, one(percentile))).collect()
    }
}

impl Counts {
    /// Widens the window to all values between two, both included; returns whether they fit.
    fn widen(&mut self, (mut least, mut greatest): (i32, i32)) -> bool {
        if let Some(ours) = self.ends() {
            (least, greatest) = (least.min(ours.0), greatest.max(ours.1));
        }
        let width = greatest.abs_diff(least) as usize + 1;
        if width > LONGEST {
            return false;
        }
        if width > self.counts.len() {
            let mut wider = vec![0; width];
            let before = self.first.abs_diff(least) as usize;
            if !self.counts.is_empty() {
                wider[before..before + self.counts.len()].copy_from_slice(&self.counts);
            }
            *self = Self { first: least, counts: wider };
        }
        true
    }

    /// Adds all values, or none if they are too far apart; returns whether it did.
    fn add(&mut self, values: &[i32]) -> bool {
        if values.is_empty() {
            return true;
        }
        let fits = self.widen(ends(values));
        if fits {
            for &value in values {
                self.counts[value.abs_diff(self.first) as usize] += 1;
            }
        }
        fits
    }

    /// Adds one value `count` times, or not at all if it is too far away; returns whether it did.
    fn add_count(&mut self, value: i32, count: u64) -> bool {
        let fits = self.widen((value, value));
        if fits {
            self.counts[value.abs_diff(self.first) as usize] += count;
        }
        fits
    }

    /// Adds all other counts, or none if they are too far away; returns whether it did.
    fn merge(&mut self, other: &Self) -> bool {
        let Some(theirs) = other.ends() else { return true };
        let fits = self.widen(theirs);
        if fits {
            let before = self.first.abs_diff(other.first) as usize;
            self.counts[before..].iter_mut().zip(&other.counts).for_each(|(ours, theirs)| *ours += theirs);
        }
        fits
    }

    fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        (self.first..).zip(self.counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// The first and the last value of the window, if there is one.
    fn ends(&self) -> Option<(i32, i32)> {
        let last = self.counts.len().checked_sub(1)?;
        Some((self.first, self.first + last as i32))
    }

    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The value at an index of the sorted values.
    fn at(&self, place: u64) -> i32 {
        let mut before = 0;
        let found = self.iter().find(|(_, count)| {
            before += count;
            place < before
        });
        found.map_or(self.first, |(value, _)| value)
    }
}

/// The minimum and the maximum; without values `i32::MAX` and `i32::MIN`.
fn ends(values: &[i32]) -> (i32, i32) {
    values
        .iter()
        .fold((i32::MAX, i32::MIN), |(least, greatest), &value| (least.min(value), greatest.max(value)))
}

/// Hundredths as a value in the canonical unit.
pub(super) fn canonical(hundredths: i32) -> Canonical {
    Canonical(f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use hivebox_climate::catalogue::Catalogue;
    use proptest::prelude::*;

    use super::*;

    fn resolution() -> Resolution {
        let catalogue = Catalogue::builtin();
        catalogue.phenomenon(catalogue.air_temperature()).sketch_resolution()
    }

    fn values_of(parts: &[Vec<i32>]) -> Values {
        let mut values = Values::new(resolution());
        for part in parts {
            values.add(part);
        }
        values
    }

    fn asked() -> Vec<Percentile> {
        [0.0, 3.3, 50.0, 95.0, 100.0].into_iter().filter_map(Percentile::new).collect()
    }

    fn told(values: Values) -> Vec<f64> {
        values.percentiles(&asked()).into_iter().map(|(_, value)| value.unwrap().0).collect()
    }

    fn by_sorting(parts: &[Vec<i32>]) -> Vec<f64> {
        let mut all = parts.concat();
        all.sort_unstable();
        let at = |place: u64| canonical(all[place as usize]).0;
        asked().into_iter().map(|percentile| percentile.among(all.len() as u64, at).unwrap()).collect()
    }

    /// Lists that stay lists, lists that become counts, and either after the other.
    fn any_parts() -> impl Strategy<Value = Vec<Vec<i32>>> {
        let part =
            (1_usize..3000, 1_i32..4000, -2_000_000_i32..2_000_000).prop_map(|(length, width, first)| {
                (0..length as i32).map(|place| first + place.wrapping_mul(7919).rem_euclid(width)).collect()
            });
        proptest::collection::vec(part, 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn percentiles_are_exact_whatever_the_form(parts in any_parts()) {
            let values = values_of(&parts);
            if values.are_exact() {
                prop_assert_eq!(told(values), by_sorting(&parts));
            }
        }

        #[test]
        fn parts_add_up_whichever_form_each_has(parts in any_parts(), coarse in proptest::option::of(0_usize..8)) {
            let mut whole = Values::new(resolution());
            for (place, part) in parts.iter().enumerate() {
                let mut part = values_of(std::slice::from_ref(part));
                if coarse == Some(place) {
                    part.coarsen();
                }
                whole.merge(part).unwrap();
            }
            let is_exact = whole.are_exact();
            let near = |truth| if is_exact { 0.0 } else { resolution().error(Canonical(truth)).0 + 1e-9 };
            for (told, truth) in told(whole).into_iter().zip(by_sorting(&parts)) {
                prop_assert!((told - truth).abs() <= near(truth), "{} instead of {}", told, truth);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_same_values_give_the_same_however_they_come(
            parts in any_parts(),
            groups in proptest::collection::vec(0_usize..3, 8),
        ) {
            let one_by_one = values_of(&parts);
            let mut grouped = [0, 1, 2].map(|_| Values::new(resolution()));
            for (part, group) in parts.iter().zip(groups).rev() {
                if group == 0 {
                    // As a cluster tells them.
                    for &value in part {
                        grouped[group].add_count(value, 1);
                    }
                } else {
                    grouped[group].merge(values_of(std::slice::from_ref(part))).unwrap();
                }
            }
            let [mut all, second, third] = grouped;
            all.merge(second).unwrap();
            all.merge(third).unwrap();
            prop_assert_eq!(all.are_exact(), one_by_one.are_exact());
            prop_assert_eq!(told(all), told(one_by_one));
        }
    }

    #[test]
    fn many_values_of_a_narrow_range_take_little_room_and_stay_exact() {
        let day: Vec<i32> = (0..1_000_250).map(|place| place % 4001).collect();
        let values = values_of(&[day]);
        assert!(values.are_exact());
        assert!(values.bytes() <= 4001 * 8, "{} bytes", values.bytes());
        assert!((told(values)[2] - 20.0).abs() < f64::EPSILON);
    }

    #[test]
    fn many_values_of_a_wide_range_are_kept_to_the_resolution() {
        let wide: Vec<i32> = (0..1_100_000).map(|place| place * 1000).collect();
        let values = values_of(&[wide[..1_000_000].to_vec(), wide[1_000_000..].to_vec()]);
        assert!(!values.are_exact());
    }

    #[test]
    fn without_values_there_is_no_percentile() {
        let none = Values::new(resolution()).percentiles(&[Percentile::MEDIAN]);
        assert_eq!(none, [(Percentile::MEDIAN, None)]);
    }
}
