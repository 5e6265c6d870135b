//! Parameters that choose boxes and readings, the same for every route that has them.

use hivebox_climate::chores::Language;
use hivebox_climate::place::{Exposure, Position};
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Metres;
use hivebox_climate::selection::{SearchArea, Selection};
use opensensemap::BoxId;

use super::extent::Extent;
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
                  WGS 84.",
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

/// A file of the dashboard, in a path.
pub const FILE: Parameter<Text> = Parameter {
    name: "file",
    description: "The name of a file that the page names.",
    kind: Text { length: 1..=100 },
    example: "app.js",
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
    description: "Only boxes that their owners have given this tag, as they spell it.",
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
    description: "What is asked about; `/api/v1/phenomena` lists all.",
    kind: PhenomenonSlug,
    example: "relative_humidity",
    default: Some("air_temperature"),
};

/// How far readings are trusted.
pub const QUALITY: Parameter<Choice<Level>> = Parameter {
    name: "quality",
    description: "How much a reading must have passed to count: `plausible`: it is in the range that its \
                  phenomenon can have; `unsuspicious`: and no further check has anything against it; \
                  `confirmed`: and neighbours confirm it.",
    kind: Choice {
        options: &[
            ("plausible", Level::Plausible),
            ("unsuspicious", Level::Unsuspicious),
            ("confirmed", Level::Confirmed),
        ],
    },
    example: "confirmed",
    default: None,
};

/// The same where nothing better is asked for: what is made of readings is made of good ones.
pub const QUALITY_FOR_CONDITIONS: Parameter<Choice<Level>> =
    Parameter { default: Some(Level::Unsuspicious.slug()), ..QUALITY };

/// How high the place is.
pub const HEIGHT: Parameter<Number> = Parameter {
    name: "height",
    description: "How high above sea level the place at `lat` and `lon` is, in metres. Without it the estimate is for \
                  the height of the boxes around.",
    kind: Number { range: -450.0..=9000.0, unit: "m" },
    example: "60",
    default: None,
};

/// The colony of a chore has no brood.
pub const BROODLESS: Parameter<Choice<bool>> =
    told("broodless", "Whether the colony has no brood, if you know.");

/// The bees of a chore sit in a cluster.
pub const CLUSTERED: Parameter<Choice<bool>> =
    told("clustered", "Whether the bees sit in a cluster, if you know.");

/// Many bees fly.
pub const HEAVY_FLIGHT: Parameter<Choice<bool>> =
    told("heavy_flight", "Whether many bees fly, if you see it.");

/// The language of what people read.
pub const LANGUAGE: Parameter<Choice<Language>> = Parameter {
    name: "language",
    description: "The language of names, reasons and labels.",
    kind: Choice {
        options: &[(Language::English.tag(), Language::English), (Language::German.tag(), Language::German)],
    },
    example: "de",
    default: Some("en"),
};

const fn told(name: &'static str, description: &'static str) -> Parameter<Choice<bool>> {
    let kind = Choice { options: &[("true", true), ("false", false)] };
    Parameter { name, description, kind, example: "true", default: None }
}

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

/// Reads `lat`, `lon` and `radius_km`; `None` if there is no place, or something is wrong with it.
fn near(reader: &mut Reader) -> Option<SearchArea> {
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
    Selection { max_age: reader.query(&MAX_AGE), ..boxes(reader) }
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

fn model(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    (is_plain && (1..=64).contains(&text.len())).then(|| text.to_owned())
}
