//! The rules of all checks, read from `quality.toml` and validated.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::QualityRulesError;
use crate::catalogue::Catalogue;
use crate::phenomenon::PhenomenonId;
use crate::quantity::Metres;

/// The rules of all checks for the phenomena of one [`Catalogue`].
#[derive(Debug, Clone, PartialEq)]
pub struct QualityRules {
    pub(super) duplicate_degrees: f64,
    /// Boxes this close have one voice among neighbours.
    pub(super) one_place: Metres,
    pub(super) twins: TwinsRule,
    pub(super) place: PlaceRule,
    pub(super) neighbours: Vec<NeighboursRule>,
    /// Indexed by [`PhenomenonId::index`].
    pub(super) stuck: Vec<Option<StuckRule>>,
    /// Indexed as `neighbours`.
    pub(super) indoor: Vec<Option<IndoorRule>>,
}

/// When two boxes are one, registered twice. `quality.toml` explains the fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TwinsRule {
    pub(super) within: Metres,
    pub(super) millis: i64,
    pub(super) equal: usize,
}

/// When a box seems to stand elsewhere. `quality.toml` explains the fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlaceRule {
    pub(super) lonely: usize,
    pub(super) crowd: usize,
}

/// When a reading is too far from its neighbours. `quality.toml` explains the fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NeighboursRule {
    pub(super) phenomenon: PhenomenonId,
    pub(super) radius_km: f64,
    pub(super) nearest: usize,
    pub(super) least: usize,
    pub(super) threshold: f64,
    pub(super) confirmed: f64,
    pub(super) company: usize,
    pub(super) company_among: usize,
    pub(super) company_within: f64,
    pub(super) floor: f64,
    pub(super) floor_readings: f64,
    pub(super) least_floor: f64,
    pub(super) learn_within_km: f64,
    pub(super) typical_weight: f64,
    pub(super) per_km: f64,
    pub(super) lapse_per_km: f64,
    pub(super) per_km_height: f64,
    pub(super) per_km_unknown_height: f64,
}

/// When a sensor is stuck.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StuckRule {
    pub(super) millis: i64,
    pub(super) millis_if_whole: i64,
    pub(super) times: u16,
    pub(super) except: Box<[RangeInclusive<f64>]>,
}

/// When a box seems to stand indoors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IndoorRule {
    pub(super) room: RangeInclusive<f64>,
    pub(super) outside_below: f64,
    pub(super) above: f64,
    pub(super) threshold: f64,
}

/// The format of `quality.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesToml {
    duplicate: DuplicateToml,
    place: PlaceToml,
    #[serde(default)]
    neighbours: Vec<NeighboursToml>,
    #[serde(default)]
    stuck: Vec<StuckToml>,
    #[serde(default)]
    indoor: Vec<IndoorToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DuplicateToml {
    within_degrees: f64,
    one_place_metres: f64,
    twins_metres: f64,
    twins_seconds: u16,
    twins_equal: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceToml {
    lonely: u16,
    crowd: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeighboursToml {
    phenomenon: String,
    radius_km: f64,
    nearest: u16,
    least: u16,
    threshold: f64,
    confirmed: f64,
    company: u16,
    company_among: u16,
    company_within: f64,
    floor: f64,
    floor_readings: u16,
    least_floor: f64,
    learn_within_km: f64,
    typical_weight: u16,
    per_km: f64,
    lapse_per_km: f64,
    per_km_height: f64,
    per_km_unknown_height: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StuckToml {
    phenomenon: String,
    hours: f64,
    hours_if_whole: f64,
    times: u16,
    #[serde(default)]
    except: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndoorToml {
    phenomenon: String,
    room: [f64; 2],
    outside_below: f64,
    above: f64,
    threshold: f64,
}

static BUILTIN: LazyLock<QualityRules> = LazyLock::new(|| {
    // The text is part of the program, and every test of quality would fail if it did not parse.
    QualityRules::parse(include_str!("../../quality.toml"), Catalogue::builtin())
        .expect("the built-in rules are valid")
});

impl QualityRules {
    /// The built-in rules, read from `quality.toml` on first use; they belong to
    /// [`Catalogue::builtin`].
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Parses rules in the format of the built-in `quality.toml`.
    ///
    /// # Errors
    /// [`QualityRulesError`] if the text is not TOML in that format, or makes no sense for `catalogue`.
    pub fn parse(toml: &str, catalogue: &Catalogue) -> Result<Self, QualityRulesError> {
        let file: RulesToml = toml::from_str(toml)?;
        let mut rules = Self {
            duplicate_degrees: positive("duplicate", "within_degrees", file.duplicate.within_degrees)?,
            one_place: Metres(positive("duplicate", "one_place_metres", file.duplicate.one_place_metres)?),
            twins: file.duplicate.twins()?,
            place: file.place.read()?,
            neighbours: Vec::new(),
            stuck: vec![None; catalogue.len()],
            indoor: Vec::new(),
        };
        for rule in &file.neighbours {
            let phenomenon = find(catalogue, NEIGHBOURS, &rule.phenomenon)?;
            let is_new = rules.neighbours.iter().all(|other| other.phenomenon != phenomenon);
            once(is_new, NEIGHBOURS, &rule.phenomenon)?;
            rules.neighbours.push(rule.read(phenomenon)?);
        }
        for rule in &file.stuck {
            let known = &mut rules.stuck[find(catalogue, STUCK, &rule.phenomenon)?.index()];
            once(known.is_none(), STUCK, &rule.phenomenon)?;
            *known = Some(rule.read()?);
        }
        rules.indoor = vec![None; rules.neighbours.len()];
        for rule in &file.indoor {
            let phenomenon = find(catalogue, INDOOR, &rule.phenomenon)?;
            let place = rules.neighbours.iter().position(|other| other.phenomenon == phenomenon);
            let place =
                place.ok_or_else(|| QualityRulesError::IndoorWithoutNeighbours(rule.phenomenon.clone()))?;
            once(rules.indoor[place].is_none(), INDOOR, &rule.phenomenon)?;
            rules.indoor[place] = Some(rule.read()?);
        }
        Ok(rules)
    }
}

const NEIGHBOURS: &str = "neighbours";
const STUCK: &str = "stuck";
const INDOOR: &str = "indoor";

impl DuplicateToml {
    fn twins(&self) -> Result<TwinsRule, QualityRulesError> {
        // One equal value is chance.
        ensure(self.twins_equal >= 2, "duplicate", "twins_equal", self.twins_equal.into(), "at least 2")?;
        Ok(TwinsRule {
            within: Metres(positive("duplicate", "twins_metres", self.twins_metres)?),
            millis: 1000 * i64::from(self.twins_seconds),
            equal: self.twins_equal.into(),
        })
    }
}

impl PlaceToml {
    fn read(&self) -> Result<PlaceRule, QualityRulesError> {
        ensure(self.lonely >= 1, "place", "lonely", self.lonely.into(), "at least 1")?;
        ensure(self.crowd > self.lonely, "place", "crowd", self.crowd.into(), "more than `lonely`")?;
        Ok(PlaceRule { lonely: self.lonely.into(), crowd: self.crowd.into() })
    }
}

impl NeighboursToml {
    fn read(&self, phenomenon: PhenomenonId) -> Result<NeighboursRule, QualityRulesError> {
        let (nearest, least) = (usize::from(self.nearest), usize::from(self.least));
        // With two neighbours the median is halfway between them, and both are equally far from it.
        ensure(least >= 3, NEIGHBOURS, "least", self.least.into(), "at least 3")?;
        ensure(nearest >= least, NEIGHBOURS, "nearest", self.nearest.into(), "at least `least`")?;
        let (company, company_among) = (usize::from(self.company), usize::from(self.company_among));
        ensure((1..=least).contains(&company), NEIGHBOURS, "company", self.company.into(), "1 to `least`")?;
        let is_enough = company_among >= least;
        ensure(is_enough, NEIGHBOURS, "company_among", self.company_among.into(), "at least `least`")?;
        let positive = |field, value| positive(NEIGHBOURS, field, value);
        let not_negative = |field, value| not_negative(NEIGHBOURS, field, value);
        let threshold = positive("threshold", self.threshold)?;
        let confirmed = positive("confirmed", self.confirmed)?;
        ensure(confirmed <= threshold, NEIGHBOURS, "confirmed", confirmed, "at most `threshold`")?;
        Ok(NeighboursRule {
            phenomenon,
            radius_km: positive("radius_km", self.radius_km)?,
            nearest,
            least,
            threshold,
            confirmed,
            company,
            company_among,
            company_within: not_negative("company_within", self.company_within)?,
            floor: positive("floor", self.floor)?,
            floor_readings: positive("floor_readings", self.floor_readings.into())?,
            least_floor: positive("least_floor", self.least_floor)?,
            learn_within_km: positive("learn_within_km", self.learn_within_km)?,
            typical_weight: positive("typical_weight", self.typical_weight.into())?,
            per_km: not_negative("per_km", self.per_km)?,
            lapse_per_km: not_negative("lapse_per_km", self.lapse_per_km)?,
            per_km_height: not_negative("per_km_height", self.per_km_height)?,
            per_km_unknown_height: not_negative("per_km_unknown_height", self.per_km_unknown_height)?,
        })
    }
}

impl StuckToml {
    fn read(&self) -> Result<StuckRule, QualityRulesError> {
        const MILLIS_PER_HOUR: f64 = 3_600_000.0;
        ensure(self.times >= 2, STUCK, "times", self.times.into(), "at least 2")?;
        let millis =
            |field, hours| positive(STUCK, field, hours).map(|hours| (hours * MILLIS_PER_HOUR) as i64);
        let except = self.except.iter().map(|&bounds| range(STUCK, bounds));
        Ok(StuckRule {
            millis: millis("hours", self.hours)?,
            millis_if_whole: millis("hours_if_whole", self.hours_if_whole)?,
            times: self.times,
            except: except.collect::<Result<_, _>>()?,
        })
    }
}

impl IndoorToml {
    fn read(&self) -> Result<IndoorRule, QualityRulesError> {
        Ok(IndoorRule {
            room: range(INDOOR, self.room)?,
            outside_below: finite(INDOOR, "outside_below", self.outside_below)?,
            above: not_negative(INDOOR, "above", self.above)?,
            threshold: positive(INDOOR, "threshold", self.threshold)?,
        })
    }
}

fn find(catalogue: &Catalogue, section: &'static str, slug: &str) -> Result<PhenomenonId, QualityRulesError> {
    let unknown = || QualityRulesError::UnknownPhenomenon { section, phenomenon: slug.to_owned() };
    catalogue.by_slug(slug).ok_or_else(unknown)
}

fn once(is_new: bool, section: &'static str, phenomenon: &str) -> Result<(), QualityRulesError> {
    if is_new { Ok(()) } else { Err(QualityRulesError::Twice { section, phenomenon: phenomenon.to_owned() }) }
}

fn range(section: &'static str, [from, to]: [f64; 2]) -> Result<RangeInclusive<f64>, QualityRulesError> {
    let is_range = from.is_finite() && to.is_finite() && from <= to;
    if is_range { Ok(from..=to) } else { Err(QualityRulesError::NoRange { section, from, to }) }
}

fn positive(section: &'static str, field: &'static str, value: f64) -> Result<f64, QualityRulesError> {
    ensure(value.is_finite() && value > 0.0, section, field, value, "a finite number above 0")?;
    Ok(value)
}

fn finite(section: &'static str, field: &'static str, value: f64) -> Result<f64, QualityRulesError> {
    ensure(value.is_finite(), section, field, value, "a finite number")?;
    Ok(value)
}

fn not_negative(section: &'static str, field: &'static str, value: f64) -> Result<f64, QualityRulesError> {
    ensure(value.is_finite() && value >= 0.0, section, field, value, "a finite number, 0 or above")?;
    Ok(value)
}

fn ensure(
    holds: bool,
    section: &'static str,
    field: &'static str,
    value: f64,
    allowed: &'static str,
) -> Result<(), QualityRulesError> {
    if holds { Ok(()) } else { Err(QualityRulesError::OutOfRange { section, field, value, allowed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[duplicate]
within_degrees = 1e-5
one_place_metres = 100
twins_metres = 20
twins_seconds = 60
twins_equal = 2
[place]
lonely = 10
crowd = 30
[[neighbours]]
phenomenon = "air_temperature"
radius_km = 100
nearest = 20
least = 5
threshold = 4
confirmed = 2
company = 5
company_among = 15
company_within = 1.5
floor = 1.5
floor_readings = 50
least_floor = 0.5
learn_within_km = 30
typical_weight = 100
per_km = 0
lapse_per_km = 6.5
per_km_height = 0
per_km_unknown_height = 6.5
[[stuck]]
phenomenon = "relative_humidity"
hours = 6
hours_if_whole = 24
times = 12
except = [[98, 105]]
[[indoor]]
phenomenon = "air_temperature"
room = [17, 27]
outside_below = 12
above = 4
threshold = 3
"#;

    /// The error for the good rules with one text replaced.
    fn error_of(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        QualityRules::parse(&GOOD.replacen(from, to, 1), Catalogue::builtin()).unwrap_err().to_string()
    }

    #[test]
    fn good_rules_are_read() {
        let rules = QualityRules::parse(GOOD, Catalogue::builtin()).unwrap();
        let humidity = Catalogue::builtin().by_slug("relative_humidity").unwrap();
        let stuck = rules.stuck[humidity.index()].as_ref().unwrap();
        assert_eq!((stuck.millis, stuck.times, &*stuck.except), (21_600_000, 12, &[98.0..=105.0][..]));
        assert_eq!((rules.neighbours.len(), rules.indoor.iter().flatten().count()), (1, 1));
        assert!(QualityRules::builtin().neighbours.len() > 1);
    }

    #[test]
    fn each_way_to_be_wrong_is_told() {
        let twice = GOOD.rsplit_once("[[indoor]]").unwrap().1;
        for (from, to, expected) in [
            ("threshold = 4", "", "cannot be read"),
            ("threshold = 4", "treshold = 4", "cannot be read"),
            ("\"relative_humidity\"", "\"humidity\"", "[[stuck]] has a rule for \"humidity\""),
            ("least = 5", "least = 2", "least = 2, which must be at least 3"),
            ("nearest = 20", "nearest = 4", "nearest = 4, which must be at least `least`"),
            ("confirmed = 2", "confirmed = 5", "confirmed = 5, which must be at most `threshold`"),
            ("company = 5", "company = 6", "company = 6, which must be 1 to `least`"),
            ("company_among = 15", "company_among = 4", "company_among = 4, which must be at least `least`"),
            ("typical_weight = 100", "typical_weight = 0", "typical_weight = 0"),
            (
                "outside_below = 12",
                "outside_below = inf",
                "outside_below = inf, which must be a finite number",
            ),
            ("twins_equal = 2", "twins_equal = 1", "twins_equal = 1, which must be at least 2"),
            ("crowd = 30", "crowd = 10", "crowd = 10, which must be more than `lonely`"),
            ("one_place_metres = 100", "one_place_metres = 0", "one_place_metres = 0"),
            ("floor = 1.5", "floor = 0", "floor = 0, which must be a finite number above 0"),
            ("radius_km = 100", "radius_km = inf", "radius_km = inf"),
            (
                "lapse_per_km = 6.5",
                "lapse_per_km = -6.5",
                "lapse_per_km = -6.5, which must be a finite number, 0 or above",
            ),
            ("times = 12", "times = 1", "times = 1, which must be at least 2"),
            ("[[98, 105]]", "[[105, 98]]", "a range from 105 to 98"),
            ("[17, 27]", "[nan, 27]", "a range from NaN to 27"),
            ("within_degrees = 1e-5", "within_degrees = 0", "within_degrees = 0"),
        ] {
            assert!(error_of(from, to).contains(expected), "{}", error_of(from, to));
        }
        let two = error_of("threshold = 3", &format!("threshold = 3\n[[indoor]]{twice}"));
        assert!(two.contains("[[indoor]] has two rules for \"air_temperature\""), "{two}");
        let humidity = "[[indoor]]\nphenomenon = \"relative_humidity\"";
        let alone = error_of("[[indoor]]\nphenomenon = \"air_temperature\"", humidity);
        assert!(alone.contains("needs one in [[neighbours]]"), "{alone}");
    }
}
