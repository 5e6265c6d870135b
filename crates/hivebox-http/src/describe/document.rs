//! The OpenAPI document.

use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, OpenApiBuilder, path};

use crate::describe::request_body::RequestBodyDoc;
use crate::describe::response::ResponseDoc;
use crate::describe::{Operation, Operations, headers};

/// The section of the document that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Current readings.
    Now,
    /// History and snapshots.
    Past,
    /// The state of the service.
    Service,
    /// The description of the API.
    Description,
}

const ABOUT: &str = "\
Weather at ground level, measured by citizens. HiveBox reads the senseBoxes of \
[openSenseMap](https://opensensemap.org), judges which readings can be trusted, and serves them and their statistics \
without delay, even while openSenseMap is down.

Times are UTC in RFC 3339 format. Units are part of a field's name or stand beside its value. Errors are \
`application/problem+json` (RFC 9457): `detail` says what to do, and `errors` points to each invalid parameter and \
lists the allowed values. Undocumented parameters are rejected.

Each reading has one verdict, the first that applies: `missing` (no value, or no time), `not_a_number`, \
`from_future` (measured more than 5 minutes after it is judged), `stale` (measured longer before than `max-reading-age`, \
an hour by default), `unit_unknown` (the title or the unit is not recognised), `sentinel` (an error code of the \
sensor), `implausible` (outside the plausible range of the phenomenon), `surplus` (of a sensor beyond the first four \
of its box that measure the phenomenon), or `ok`: the reading counts. Readings that count are then compared with \
their neighbours (`neighbours`), their own past (`stuck`), a heated room (`indoor`), other boxes at the same place \
(`duplicate`), the place with latitude and longitude swapped (`place`) and other values of their chip (`chip`). \
`quality` sets the minimum level: `plausible` (the verdict is `ok`), `alone` (no check failed either), `unsuspicious` \
(other boxes stand around as well) or `confirmed` (they agree).";

impl Tag {
    /// All tags, in the order of the document.
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
            Self::Now => "Current readings, and statistics over them.",
            Self::Past => "History, and snapshots of all readings: store, list and download them.",
            Self::Service => "The state and the version of HiveBox.",
            Self::Description => "This description.",
        }
    }
}

/// The document of an API with these paths.
pub(crate) fn document(paths: impl Iterator<Item = (&'static str, Operations)>) -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT"));
    let info = InfoBuilder::new().title("HiveBox").version(env!("CARGO_PKG_VERSION"));
    let info = info.description(Some(ABOUT)).license(Some(license.build()));
    let tags =
        Tag::ALL.map(|tag| TagBuilder::new().name(tag.name()).description(Some(tag.description())).build());
    let mut described = PathsBuilder::new();
    let mut components = headers::ALL.iter().fold(ComponentsBuilder::new(), |components, header| {
        components.header(header.name, header.described())
    });
    for (path, mut operations) in paths {
        let mut item = PathItem::default();
        for (method, operation) in &mut operations {
            let of_responses = operation.responses.iter_mut().flat_map(ResponseDoc::take_schemas);
            let of_body = operation.body.iter_mut().flat_map(RequestBodyDoc::take_schemas);
            for (name, schema) in of_responses.chain(of_body) {
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
        let body = self.body.as_ref().map(RequestBodyDoc::described);
        let operation = operation.parameters(parameters).request_body(body);
        let responses = self.responses.iter();
        responses
            .fold(operation, |operation, response| {
                operation.response(response.status().as_str(), response.described())
            })
            .build()
    }
}
