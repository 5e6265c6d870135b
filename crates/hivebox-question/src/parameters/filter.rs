//! Parameters that choose boxes and readings, the same for every route that has them.

use hivebox_climate::chores::Language;
use hivebox_climate::place::{Exposure, Position};
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Metres;
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_config::BOX_ID_KIND;
use hivebox_kinds::{Choice, Formed, List, Number, Text, TimeSpan};
use jiff::SignedDuration;
use opensensemap::BoxId;

use super::extent::Extent;
use super::phenomenon::PhenomenonSlug;
use super::{Parameter, Reader};

/// The latitude of a place.
pub const LATITUDE: Parameter<Number> = Parameter {
    name: "lat",
    description: "Latitude of a place in degrees north (WGS 84). It needs `lon`.",
    kind: Number { range: -90.0..=90.0, unit: "°" },
    example: "51.96",
    default: None,
};

/// The longitude of a place.
pub const LONGITUDE: Parameter<Number> = Parameter {
    name: "lon",
    description: "Longitude of a place in degrees east (WGS 84). It needs `lat`.",
    kind: Number { range: -180.0..=180.0, unit: "°" },
    example: "7.63",
    default: None,
};

/// How far from the place.
pub const RADIUS: Parameter<Number> = Parameter {
    name: "radius_km",
    description: "Largest distance of a box from the place. Needs `lat` and `lon`.",
    kind: Number { range: 0.1..=20_040.0, unit: "km" },
    example: "25",
    default: Some("25"),
};

/// A part of the Earth.
pub const BBOX: Parameter<Extent> = Parameter {
    name: "bbox",
    description: "Only boxes in this bounding box: west,south,east,north in degrees (WGS 84).",
    kind: Extent,
    example: "5.9,47.3,15,55.1",
    default: None,
};

/// Some boxes.
pub const BOXES: Parameter<List<Formed<BoxId>>> = Parameter {
    name: "box",
    description: "Only these senseBoxes, by their ids in openSenseMap.",
    kind: List { of: BOX_ID_KIND, max: 200 },
    example: "5386026e5f08822009b8b60d",
    default: None,
};

/// Boxes that statistics and estimates must do without.
pub const EXCLUDE: Parameter<List<Formed<BoxId>>> = Parameter {
    name: "exclude",
    description: "Not these senseBoxes, by their ids in openSenseMap: what would the others say at the place of \
                  one of them?",
    ..BOXES
};

/// One box, in a path.
pub const BOX_ID: Parameter<Formed<BoxId>> = Parameter {
    name: "id",
    description: "The senseBox's id in openSenseMap.",
    kind: BOX_ID_KIND,
    example: "5386026e5f08822009b8b60d",
    default: None,
};

/// A file of the dashboard, in a path.
pub const FILE: Parameter<Text> = Parameter {
    name: "file",
    description: "The name of a file that the page refers to.",
    kind: Text { length: 1..=100 },
    example: "app.js",
    default: None,
};

/// The boxes' names.
pub const NAME: Parameter<Text> = Parameter {
    name: "name",
    description: "Only boxes whose name contains this text, whatever its case.",
    kind: Text { length: 1..=100 },
    example: "garten",
    default: None,
};

/// Where the sensors are exposed.
pub const EXPOSURE: Parameter<List<Choice<Exposure>>> = Parameter {
    name: "exposure",
    description: "Only boxes with one of these exposures, as their owners state them.",
    kind: List {
        of: Choice {
            options: &[
                ("indoor", Exposure::Indoor),
                ("outdoor", Exposure::Outdoor),
                ("mobile", Exposure::Mobile),
                ("unknown", Exposure::Unknown),
            ],
        },
        max: 4,
    },
    example: "outdoor",
    default: None,
};

/// The boxes' models.
pub const MODEL: Parameter<List<Formed<String>>> = Parameter {
    name: "model",
    description: "Only boxes of these models, as openSenseMap spells them.",
    kind: List {
        of: Formed {
            allowed: "1 to 64 letters, digits or _ . -",
            pattern: Some("^[A-Za-z0-9_.-]{1,64}$"),
            read: model,
        },
        max: 20,
    },
    example: "homeV2Wifi,homeV2Lora",
    default: None,
};

/// A group of boxes.
pub const GROUPTAG: Parameter<Text> = Parameter {
    name: "grouptag",
    description: "Only boxes whose owners gave them this tag, spelled as they spell it.",
    kind: Text { length: 1..=100 },
    example: "bees",
    default: None,
};

/// What is measured.
pub const PHENOMENON: Parameter<List<PhenomenonSlug>> = Parameter {
    name: "phenomenon",
    description: "Only readings of these phenomena; `/api/v1/phenomena` lists all.",
    kind: List { of: PhenomenonSlug, max: 64 },
    example: "air_temperature,relative_humidity",
    default: None,
};

/// The one thing measured that is asked about.
pub const ONE_PHENOMENON: Parameter<PhenomenonSlug> = Parameter {
    name: "phenomenon",
    description: "The phenomenon; `/api/v1/phenomena` lists all.",
    kind: PhenomenonSlug,
    example: "relative_humidity",
    default: Some("air_temperature"),
};

/// How far readings are trusted.
pub const QUALITY: Parameter<Choice<Level>> = Parameter {
    name: "quality",
    description: "The least quality of a reading that counts. `plausible`: it is in the range that its phenomenon can \
                  have. `alone`: no further check objects to it either. `unsuspicious`: there are also other boxes \
                  around that could object. `confirmed`: they confirm it.",
    kind: Choice {
        options: &[
            ("plausible", Level::Plausible),
            ("alone", Level::Alone),
            ("unsuspicious", Level::Unsuspicious),
            ("confirmed", Level::Confirmed),
        ],
    },
    example: "confirmed",
    default: None,
};

/// [`QUALITY`] for statistics and chores: [`Level::USUAL`] by default.
pub const QUALITY_FOR_CONDITIONS: Parameter<Choice<Level>> =
    Parameter { default: Some(Level::USUAL.slug()), ..QUALITY };

/// How high the place is.
pub const HEIGHT: Parameter<Number> = Parameter {
    name: "height",
    description: "Height of the place at `lat` and `lon` above sea level, in metres. Without it the estimate is for the \
                  height of the boxes around.",
    kind: Number { range: -450.0..=9000.0, unit: "m" },
    example: "60",
    default: None,
};

/// The language of what people read.
pub const LANGUAGE: Parameter<Choice<Language>> = Parameter {
    name: "language",
    description: "The language of names, reasons and labels.",
    kind: Choice {
        options: &[
            (Language::English.tag(), Language::English),
            (Language::German.tag(), Language::German),
            (Language::French.tag(), Language::French),
        ],
    },
    example: "de",
    default: Some("en"),
};

/// How old readings may be.
pub const MAX_AGE: Parameter<TimeSpan> = Parameter {
    name: "max_age",
    description: "The largest age of a reading at `as_of`, as an ISO 8601 duration (`PT30M`) or in short form (`30m`). It \
                  can only tighten the limit of HiveBox itself.",
    kind: TimeSpan::any("30m, 2h, PT90S or P1D"),
    example: "30m",
    default: None,
};

/// Percentiles to tell.
pub const PERCENTILES: Parameter<List<Number>> = Parameter {
    name: "percentiles",
    description: "The percentiles to compute.",
    kind: List { of: Number { range: 0.0..=100.0, unit: "" }, max: 20 },
    example: "5,50,95",
    default: None,
};

/// Reads `lat`, `lon` and `radius_km`; `None` if there is no place, or something is wrong with it.
fn near(reader: &mut Reader) -> Option<SearchArea> {
    let (latitude, longitude) = (reader.query(&LATITUDE), reader.query(&LONGITUDE));
    let radius = reader.query(&RADIUS);
    match (reader.has(&LATITUDE), reader.has(&LONGITUDE)) {
        (true, false) => reader.reject(&LONGITUDE, "lon is missing beside lat."),
        (false, true) => reader.reject(&LATITUDE, "lat is missing beside lon."),
        (false, false) if reader.has(&RADIUS) => {
            reader.reject(&RADIUS, "radius_km means nothing without lat and lon.");
        }
        _ => {}
    }
    let (centre, radius) = (Position::new(latitude?, longitude?)?, Metres::from_kilometres(radius?));
    Some(SearchArea::Within { centre, radius })
}

/// Reads a place that must be given; `None` if something is wrong with it.
pub fn position(reader: &mut Reader) -> Option<Position> {
    let (latitude, longitude) = (reader.required(&LATITUDE), reader.required(&LONGITUDE));
    Position::new(latitude?, longitude?)
}

/// Reads all that chooses boxes, and how old their readings may be.
pub fn selection(reader: &mut Reader) -> Selection {
    let max_age = reader.query(&MAX_AGE);
    // The longest span of jiff is some 20,000 years, so this does not overflow.
    let max_age = max_age.map(|age| SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX));
    Selection { max_age, ..boxes(reader) }
}

/// Reads all that chooses boxes.
pub fn boxes(reader: &mut Reader) -> Selection {
    Selection {
        area: near(reader).unwrap_or_default(),
        bbox: reader.query(&BBOX),
        ids: reader.query(&BOXES).map(|ids| ids.iter().map(ToString::to_string).collect()),
        exposures: reader.query(&EXPOSURE).unwrap_or_default(),
        models: reader.query(&MODEL).unwrap_or_default(),
        grouptags: reader.query(&GROUPTAG).into_iter().collect(),
        max_age: None,
    }
}

fn model(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if is_plain && (1..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("is malformed".to_owned())
    }
}
