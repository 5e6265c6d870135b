//! Finds boxes whose owners swapped latitude and longitude.

use super::around::{Around, FoundNeighbours};
use super::neighbourhood::Neighbourhood;
use super::rules::PlaceRule;
use crate::place::Place;

/// What stands where a box would be with latitude and longitude swapped.
pub(super) struct Mirror(Vec<Option<Around>>);

impl Mirror {
    /// Looks there; `None` if that is no other place on Earth.
    pub(super) fn of(
        neighbourhood: &Neighbourhood<'_>,
        box_index: usize,
        place: Place,
        found: &mut [FoundNeighbours],
    ) -> Option<Self> {
        let (latitude, longitude) = (place.longitude_degrees(), place.latitude_degrees());
        let mirrored = Place::new(latitude, longitude, place.height_metres())?;
        (mirrored.position() != place.position())
            .then(|| Self(neighbourhood.around(box_index, mirrored, found).collect()))
    }

    /// The surroundings there for a rule, if the place is crowded.
    pub(super) fn crowd(&self, rule: usize, place: &PlaceRule) -> Option<Around> {
        self.0[rule].filter(|around| around.neighbours >= place.crowd)
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Check;
    use super::super::check::Level::{Alone, Confirmed, Plausible, Unsuspicious};
    use super::super::check::Outcome::{Failed, NotChecked, Passed};
    use super::super::test_box::{TestBox, judged};
    use crate::place::Exposure;

    /// A town of thirty boxes around 52° N 7° E at about 10 °C, and these boxes first.
    fn with_town(boxes: &[TestBox]) -> Vec<TestBox> {
        const IDS: [&str; 30] = [
            "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "u0", "u1", "u2", "u3", "u4", "u5",
            "u6", "u7", "u8", "u9", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9",
        ];
        let values = ["10.1", "9.6", "10.4"];
        let town = IDS.iter().enumerate().map(|(number, id)| {
            let (north, east) = (0.01 * (number % 6) as f64, 0.02 * (number / 6) as f64);
            TestBox::at(52.0 + north, 7.0 + east).with_id(id).shows(values[number % 3])
        });
        boxes.iter().copied().chain(town).collect()
    }

    #[test]
    fn a_lone_box_that_fits_where_its_mirror_image_is_has_its_place_swapped() {
        let swapped = TestBox::at(7.03, 52.02).with_id("a").shows("10.6");
        let warm = TestBox::at(7.04, 52.01).with_id("b").shows("31");
        let elsewhere = TestBox::at(-30.0, 18.0).with_id("c").shows("10.6");
        let quality = judged(&with_town(&[swapped, warm, elsewhere]));
        let outcomes = [0, 1, 2, 3].map(|row| quality.outcome(row, Check::Place));
        assert_eq!(outcomes, [Failed, Passed, NotChecked, Passed]);
        // The box in the warm has the swapped one beside it, so it is not alone.
        let levels = [0, 1, 2, 3].map(|row| quality.level(row).unwrap());
        assert_eq!(levels, [Plausible, Unsuspicious, Alone, Confirmed]);
    }

    #[test]
    fn nobody_vouches_for_a_box_without_a_place_but_rooms_need_nobody() {
        let room = TestBox::nowhere().exposed(Exposure::Indoor).with_id("room");
        let quality = judged(&[TestBox::nowhere().with_id("out"), room]);
        assert_eq!([0, 1].map(|row| quality.level(row)), [Some(Alone), Some(Unsuspicious)]);
    }
}
