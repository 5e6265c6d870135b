//! The part of the history's entity tag that a question determines.

use hivebox_archive::history::question::Question;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::selection::{SearchArea, Selection};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A question with every field that can change its answer, in a fixed order and notation.
#[derive(Serialize)]
struct CanonicalQuestion<'a> {
    phenomena: Vec<&'static str>,
    /// Latitude and longitude of the centre in degrees, and the radius in metres.
    within: Option<[f64; 3]>,
    bbox: Option<[f64; 4]>,
    ids: Option<&'a [String]>,
    exposures: Vec<&'static str>,
    models: &'a [String],
    grouptags: &'a [String],
    max_age: Option<SignedDuration>,
    from: Timestamp,
    to: Timestamp,
    every: Option<String>,
    #[serde(with = "jiff::fmt::serde::tz::required")]
    zone: &'a TimeZone,
    percentiles: Vec<f64>,
}

/// The question as text: the same for equal questions, different for different ones.
///
/// # Errors
/// The time zone has no name, so it cannot be written. Zones that requests name always have one.
pub(super) fn canonical(question: &Question) -> Result<String, serde_json::Error> {
    // A field added to either type must be added here, or its values would share a tag.
    let Question { phenomena, selection, from, to, every, zone, percentiles } = question;
    let Selection { area, bbox, ids, exposures, models, grouptags, max_age } = selection;
    let within = match area {
        SearchArea::Everywhere => None,
        SearchArea::Within { centre, radius } => {
            Some([centre.latitude_degrees(), centre.longitude_degrees(), radius.0])
        }
    };
    serde_json::to_string(&CanonicalQuestion {
        phenomena: phenomena.iter().map(|id| Catalogue::builtin().phenomenon(*id).slug()).collect(),
        within,
        bbox: bbox.map(|bbox| bbox.degrees()),
        ids: ids.as_deref(),
        exposures: exposures.iter().map(|exposure| exposure.slug()).collect(),
        models,
        grouptags,
        max_age: *max_age,
        from: *from,
        to: *to,
        every: every.map(|every| every.to_string()),
        zone,
        percentiles: percentiles.iter().map(|percentile| percentile.get()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hivebox_climate::place::{Bbox, Exposure, Position};
    use hivebox_climate::quantity::Metres;
    use hivebox_climate::statistics::Percentile;

    use super::*;

    fn question() -> Question {
        Question {
            phenomena: vec![Catalogue::builtin().air_temperature()],
            selection: Selection::default(),
            from: "2026-10-24T22:00:00Z".parse().unwrap(),
            to: "2026-10-26T23:00:00Z".parse().unwrap(),
            every: "PT1H".parse().ok(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            percentiles: vec![Percentile::new(95.0).unwrap()],
        }
    }

    #[test]
    fn equal_questions_have_the_same_text() {
        assert_eq!(canonical(&question()).unwrap(), canonical(&question()).unwrap());
        let minutes = Question { every: "PT60M".parse().ok(), ..question() };
        assert_eq!(canonical(&minutes).unwrap(), canonical(&question()).unwrap(), "60 minutes are an hour");
    }

    #[test]
    fn a_question_that_differs_in_any_field_has_another_text() {
        let with = |change: fn(&mut Question)| {
            let mut question = question();
            change(&mut question);
            canonical(&question).unwrap()
        };
        let texts = [
            with(|_| ()),
            with(|question| question.phenomena.push(Catalogue::builtin().by_slug("pm10").unwrap())),
            with(|question| {
                let centre = Position::new(51.96, 7.62).unwrap();
                question.selection.area = SearchArea::Within { centre, radius: Metres(1000.0) };
            }),
            with(|question| {
                let centre = Position::new(51.96, 7.62).unwrap();
                question.selection.area = SearchArea::Within { centre, radius: Metres(2000.0) };
            }),
            with(|question| question.selection.bbox = Bbox::new(7.0, 51.0, 8.0, 52.0)),
            with(|question| question.selection.ids = Some(Vec::new())),
            with(|question| question.selection.ids = Some(vec!["a".to_owned(), "b".to_owned()])),
            with(|question| question.selection.ids = Some(vec!["a,b".to_owned()])),
            with(|question| question.selection.exposures.push(Exposure::Outdoor)),
            with(|question| question.selection.models.push("a".to_owned())),
            with(|question| question.selection.grouptags.push("a".to_owned())),
            with(|question| question.selection.max_age = Some(SignedDuration::from_mins(5))),
            with(|question| question.from += SignedDuration::from_nanos(1)),
            with(|question| question.to += SignedDuration::from_nanos(1)),
            with(|question| question.every = None),
            with(|question| question.every = "P1D".parse().ok()),
            with(|question| question.zone = TimeZone::UTC),
            with(|question| question.zone = TimeZone::get("Europe/Paris").unwrap()),
            with(|question| question.percentiles.clear()),
            with(|question| question.percentiles.push(Percentile::new(5.0).unwrap())),
        ];
        assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "{texts:#?}");
        assert!(canonical(&question()).unwrap().contains("Europe/Berlin"));
    }
}
