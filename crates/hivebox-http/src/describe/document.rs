//! The document as a whole.

use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, OpenApiBuilder, path};

use super::body::Taken;
use super::{Methods, Operation, headers};

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Now,
    Past,
    Service,
    Description,
}

const ABOUT: &str = "\
What it is like out there, by the sensors that citizens run. HiveBox reads the senseBoxes of \
[openSenseMap](https://opensensemap.org), says which readings can be trusted, and serves what they tell: at once, \
and also while openSenseMap is down.

Times are in UTC by RFC 3339. Units stand in the names of fields, or beside the values. Errors are \
`application/problem+json` (RFC 9457): `detail` says what to do, and `errors` has a pointer to each parameter that \
is wrong, with what is allowed. Parameters that are not described here are refused.

Each reading has one verdict, the first that fits: `missing` (no value, or none with a time), `not_a_number`, \
`from_future` (measured over 5 minutes after the moment of judging), `stale` (over an hour before it, unless the \
service is set otherwise), `unit_unknown` (title or unit are not understood), `sentinel` (a value by which a chip says \
that it failed), `implausible` (outside the range of the phenomenon), or `ok`: it counts. Readings that count are then \
checked beside their neighbours (`neighbours`), their own past (`stuck`), heated rooms (`indoor`) and other boxes of \
the same place (`duplicate`). `quality` asks for a level: `plausible` (the verdict is `ok`), `unsuspicious` (and no \
check failed) or `confirmed` (and the neighbours agree).";

impl Tag {
    /// All, in the order of the document.
    const ALL: [Self; 4] = [Self::Now, Self::Past, Self::Service, Self::Description];

    const fn name(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Past => "Past",
            Self::Service => "Service",
            Self::Description => "Description",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Now => "What the sensors say now.",
            Self::Past => {
                "What the past was like, and snapshots of all readings: made, listed and given out."
            }
            Self::Service => "Whether HiveBox is well, and which one it is.",
            Self::Description => "This description.",
        }
    }
}

/// The description of an API that has these paths.
pub(crate) fn document(paths: impl Iterator<Item = (&'static str, Methods)>) -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT"));
    let info = InfoBuilder::new().title("HiveBox").version(env!("CARGO_PKG_VERSION"));
    let info = info.description(Some(ABOUT)).license(Some(license.build()));
    let tags =
        Tag::ALL.map(|tag| TagBuilder::new().name(tag.name()).description(Some(tag.description())).build());
    let mut described = PathsBuilder::new();
    let mut components = headers::ALL.iter().fold(ComponentsBuilder::new(), |components, header| {
        components.header(header.name, header.described())
    });
    for (path, mut methods) in paths {
        let mut item = PathItem::default();
        for (method, operation) in &mut methods.operations {
            let of_answers = operation.answers.iter_mut().flat_map(super::Answer::take_schemas);
            let of_bodies = operation.bodies.iter_mut().flat_map(Taken::take_schemas);
            for (name, schema) in of_answers.chain(of_bodies) {
                components = components.schema(name, schema);
            }
            item.merge_operations(PathItem::new(method.clone(), operation.described()));
        }
        described = described.path(path, item);
    }
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .paths(described.build())
        .components(Some(components.build()))
        .build()
}

impl Operation {
    fn described(&self) -> path::Operation {
        let operation = OperationBuilder::new().operation_id(Some(self.id)).tag(self.tag.name());
        let operation = operation.summary(Some(self.summary)).description(self.description);
        let parameters = (!self.parameters.is_empty()).then(|| self.parameters.clone());
        let answers = self.answers.iter();
        answers
            .fold(
                operation.parameters(parameters).request_body(Taken::described(&self.bodies)),
                |operation, answer| operation.response(answer.status().as_str(), answer.described()),
            )
            .build()
    }
}
