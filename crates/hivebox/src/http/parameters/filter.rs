//! Parameters that choose boxes and readings, the same for every route that has them.

use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::Exposure;
use jiff::SignedDuration;
use opensensemap::BoxId;

use super::extent::{BoundingBox, Extent};
use super::kind::{Age, Choice, Formed, Number, PhenomenonSlug, Text};
use super::list::List;
use super::{Parameter, Reader};

/// The latitude of a place.
pub const LATITUDE: Parameter<Number> = Parameter {
    name: "lat",
    description: "The latitude of a place in degrees north, by WGS 84. It takes `lon` beside it.",
    kind: Number { range: -90.0..=90.0, unit: "°" },
    example: "51.96",
    default: None,
};

/// The longitude of a place.
pub const LONGITUDE: Parameter<Number> = Parameter {
    name: "lon",
    description: "The longitude of a place in degrees east, by WGS 84. It takes `lat` beside it.",
    kind: Number { range: -180.0..=180.0, unit: "°" },
    example: "7.63",
    default: None,
};

/// How far from the place.
pub const RADIUS: Parameter<Number> = Parameter {
    name: "radius_km",
    description: "How far from the place at `lat` and `lon` a box may stand. Without a place it means nothing.",
    kind: Number { range: 0.1..=20_040.0, unit: "km" },
    example: "25",
    default: Some("25"),
};

/// A part of the Earth.
pub const BBOX: Parameter<Extent> = Parameter {
    name: "bbox",
    description: "Only boxes between two meridians and two parallels: west,south,east,north in degrees by \
                  WGS 84. Not beside `lat` and `lon`.",
    kind: Extent,
    example: "5.9,47.3,15,55.1",
    default: None,
};

const BOX_ID_KIND: Formed<BoxId> = Formed::new("24 hex digits", "^[0-9A-Fa-f]{24}$");

/// Some boxes.
pub const BOXES: Parameter<List<Formed<BoxId>>> = Parameter {
    name: "box",
    description: "Only these senseBoxes, by their ids in openSenseMap.",
    kind: List { of: BOX_ID_KIND, max: 200 },
    example: "5386026e5f08822009b8b60d",
    default: None,
};

/// One box, in a path.
pub const BOX_ID: Parameter<Formed<BoxId>> = Parameter {
    name: "id",
    description: "The senseBox's id in openSenseMap.",
    kind: BOX_ID_KIND,
    example: "5386026e5f08822009b8b60d",
    default: None,
};

/// The boxes' names.
pub const NAME: Parameter<Text> = Parameter {
    name: "name",
    description: "Only boxes whose name has this text in it, whatever the case of its letters.",
    kind: Text { length: 1..=100 },
    example: "garten",
    default: None,
};

/// Where the sensors are exposed.
pub const EXPOSURE: Parameter<List<Choice<Exposure>>> = Parameter {
    name: "exposure",
    description: "Only boxes whose owners say that they stand so.",
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
            pattern: "^[A-Za-z0-9_.-]{1,64}$",
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
    description: "Only boxes that their owners have given this tag, whatever the case of its letters.",
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

/// How far readings are trusted.
pub const QUALITY: Parameter<Choice<Quality>> = Parameter {
    name: "quality",
    description: "How much a reading must have passed to count: `plausible`: it is in the range that its \
                  phenomenon can have; `unsuspicious`: and no further check has anything against it; \
                  `confirmed`: and neighbours confirm it.",
    kind: Choice {
        options: &[
            ("plausible", Quality::Plausible),
            ("unsuspicious", Quality::Unsuspicious),
            ("confirmed", Quality::Confirmed),
        ],
    },
    example: "unsuspicious",
    default: Some("plausible"),
};

/// How old readings may be.
pub const MAX_AGE: Parameter<Age> = Parameter {
    name: "max_age",
    description: "The age at `as_of` up to which a reading counts, as ISO 8601 writes a duration (`PT30M`) or \
                  as people do (`30m`). It can only narrow what HiveBox's own limit lets through.",
    kind: Age,
    example: "30m",
    default: None,
};

/// Percentiles to tell.
pub const PERCENTILES: Parameter<List<Number>> = Parameter {
    name: "percentiles",
    description: "Which percentiles to tell.",
    kind: List { of: Number { range: 0.0..=100.0, unit: "" }, max: 20 },
    example: "5,50,95",
    default: None,
};

/// How much a reading must have passed to count; each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// It is in a known unit and in the range that its phenomenon can have.
    Plausible,
    /// No further check has anything against it.
    Unsuspicious,
    /// Neighbours confirm it.
    Confirmed,
}

/// A place, and how far from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Degrees north, -90 to 90.
    pub latitude_degrees: f64,
    /// Degrees east, -180 to 180.
    pub longitude_degrees: f64,
    /// The distance on the ground.
    pub radius_km: f64,
}

/// A part of the Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Area {
    /// Around a place.
    Near(Near),
    /// Between meridians and parallels.
    Within(BoundingBox),
}

/// What is asked of a box, but for its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoxFilter {
    /// One of these, in order.
    pub ids: Option<Vec<BoxId>>,
    /// One of these.
    pub exposures: Option<Vec<Exposure>>,
    /// One of these.
    pub models: Option<Vec<String>>,
}

/// What is asked of a reading, but for its box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingFilter {
    /// One of these.
    pub phenomena: Option<Vec<PhenomenonId>>,
    /// No older than this.
    pub max_age: Option<SignedDuration>,
}

impl Near {
    /// Reads `lat`, `lon` and `radius_km`; `None` if there are none, or they are wrong.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let (latitude, longitude) = (reader.query(&LATITUDE), reader.query(&LONGITUDE));
        let radius = reader.query(&RADIUS);
        match (reader.has(&LATITUDE), reader.has(&LONGITUDE)) {
            (true, false) => reader.reject(&LONGITUDE, "lon is missing beside lat."),
            (false, true) => reader.reject(&LATITUDE, "lat is missing beside lon."),
            (false, false) if reader.has(&RADIUS) => {
                reader.reject(&RADIUS, "radius_km says nothing without lat and lon.");
            }
            _ => {}
        }
        Some(Self { latitude_degrees: latitude?, longitude_degrees: longitude?, radius_km: radius? })
    }
}

impl Near {
    /// Reads `lat` and `lon`, which must be given, and `radius_km`; `None` if something is wrong with them.
    pub fn required(reader: &mut Reader) -> Option<Self> {
        let (latitude, longitude) = (reader.required(&LATITUDE), reader.required(&LONGITUDE));
        let radius = reader.query(&RADIUS);
        Some(Self { latitude_degrees: latitude?, longitude_degrees: longitude?, radius_km: radius? })
    }
}

impl Area {
    /// Reads a place or a bounding box; `None` if there is neither, or they are wrong.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        let near = Near::read(reader).map(Self::Near);
        let within = reader.query(&BBOX).map(Self::Within);
        if reader.has(&BBOX) && (reader.has(&LATITUDE) || reader.has(&LONGITUDE)) {
            reader.reject(&BBOX, "bbox cannot stand beside lat and lon.");
        }
        near.or(within)
    }
}

impl BoxFilter {
    /// Reads `box`, `exposure` and `model`.
    pub fn read(reader: &mut Reader) -> Self {
        let ids = reader.query(&BOXES).map(|mut ids| {
            ids.sort_unstable();
            ids
        });
        Self { ids, exposures: reader.query(&EXPOSURE), models: reader.query(&MODEL) }
    }
}

impl ReadingFilter {
    /// Reads `phenomenon` and `max_age`.
    pub fn read(reader: &mut Reader) -> Self {
        Self { phenomena: reader.query(&PHENOMENON), max_age: reader.query(&MAX_AGE) }
    }
}

fn model(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    (is_plain && (1..=64).contains(&text.len())).then(|| text.to_owned())
}
