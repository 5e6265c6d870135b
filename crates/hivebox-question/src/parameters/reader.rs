//! Reads what a request asks for, and collects all that is wrong with it.

use std::collections::HashMap;
use std::fmt;

use hivebox_kinds::{Described, Findings, Kind};

use super::refusal::Refusal;
use super::wrong::Wrong;
use super::{Location, Parameter, query_string};
use crate::format::{Format, Formats};

/// What a route can be asked.
pub trait Ask: Sized {
    /// Reads it. It must look for every parameter before its first return: the description shows what it looks
    /// for, and any other parameter is refused.
    ///
    /// `None` means that something is wrong, which the reader has noted.
    fn read(reader: &mut Reader) -> Option<Self>;

    /// The parameters as OpenAPI describes them.
    fn describe() -> Vec<utoipa::openapi::path::Parameter> {
        looked_for::<Self>().openapi
    }

    /// The parameters as help texts describe them.
    fn described() -> Vec<Described> {
        looked_for::<Self>().described
    }
}

/// The parameters that a reader has looked for.
#[derive(Default)]
struct LookedFor {
    openapi: Vec<utoipa::openapi::path::Parameter>,
    described: Vec<Described>,
}

fn looked_for<A: Ask>() -> LookedFor {
    let mut reader = Reader { describes: Some(LookedFor::default()), ..Reader::default() };
    // An empty request may lack something that is required. Only what was looked for matters here.
    let _ = A::read(&mut reader);
    reader.describes.unwrap_or_default()
}

// A route without parameters.
impl Ask for () {
    fn read(_: &mut Reader) -> Option<Self> {
        Some(())
    }
}

/// All refusals of a route, each with its cause.
#[must_use]
pub fn refusals<A: Ask>() -> Vec<(&'static str, Refusal)> {
    // There is no such parameter, and no such media type.
    let mut reader = Reader::new("colour=red", HashMap::new(), vec!["image/png".to_owned()]);
    let _ = A::read(&mut reader);
    let unacceptable = reader.unacceptable.take();
    let wrong = reader.finish::<A>(None).err();
    let mut refusals: Vec<_> = wrong.map(|error| ("Some parameter is wrong.", error)).into_iter().collect();
    refusals.extend(
        unacceptable.map(|offered| {
            ("No format that the client accepts is offered.", Refusal::NotAcceptable(offered))
        }),
    );
    refusals
}

/// What names and values ask for, from wherever they come.
///
/// # Errors
/// Something is wrong with them.
pub fn read<A: Ask>(query: Vec<(String, String)>) -> Result<A, Refusal> {
    Reader { query, ..Reader::default() }.ask()
}

/// Reads the parameters of a request one after the other, going on after a wrong one.
#[derive(Default)]
pub struct Reader {
    query: Vec<(String, String)>,
    path: HashMap<String, String>,
    /// The values of `Accept`.
    accept: Vec<String>,
    findings: Findings<Wrong>,
    /// What can be had, if the client accepts none of that.
    unacceptable: Option<Formats>,
    /// What was looked for, if that is all that matters.
    describes: Option<LookedFor>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { query, path, findings, .. } = self;
        formatter
            .debug_struct("Reader")
            .field("query", query)
            .field("path", path)
            .field("findings", findings)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader of a query string, the parameters of a path, and the values of the header `Accept`.
    #[must_use]
    pub fn new(query: &str, path: HashMap<String, String>, accept: Vec<String>) -> Self {
        let mut reader = Self { path, accept, ..Self::default() };
        match query_string::pairs(query) {
            Ok(query) => reader.query = query,
            Err(wrong) => reader.findings.reject(wrong),
        }
        reader
    }

    /// What is asked for.
    ///
    /// # Errors
    /// Something is wrong with it; the error tells all of it.
    pub fn ask<A: Ask>(mut self) -> Result<A, Refusal> {
        let asked = A::read(&mut self);
        self.finish(asked)
    }

    /// The value of a query parameter, or its default. `None` if there is neither, or the value is wrong.
    pub fn query<K: Kind>(&mut self, parameter: &Parameter<K>) -> Option<K::Value> {
        self.note(parameter, Location::Query, false);
        self.look_up(parameter)
    }

    /// The value of a query parameter that must be given; `None` if it is not, or the value is wrong.
    pub fn required<K: Kind>(&mut self, parameter: &Parameter<K>) -> Option<K::Value> {
        self.note(parameter, Location::Query, true);
        if !self.has(parameter) {
            self.reject(parameter, format!("{} is missing.", parameter.name));
        }
        self.look_up(parameter)
    }

    /// The value of a path parameter; `None` if it is wrong.
    pub fn path<K: Kind>(&mut self, parameter: &Parameter<K>) -> Option<K::Value> {
        self.note(parameter, Location::Path, true);
        let text = self.path.get(parameter.name)?.clone();
        self.value(parameter, Location::Path, &text)
    }

    /// The format that the query names, or that suits the client best.
    pub fn format(&mut self, offered: Formats) -> Option<Format> {
        let parameter = offered.parameter();
        if self.has(&parameter) {
            return self.query(&parameter);
        }
        // Only notes that it was looked for.
        let _ = self.query(&parameter);
        let format = offered.accepted(self.accept.iter().map(String::as_str));
        if format.is_none() {
            self.unacceptable = Some(offered);
        }
        format
    }

    /// Whether a query parameter is given, right or wrong.
    pub fn has<K>(&self, parameter: &Parameter<K>) -> bool {
        self.query.iter().any(|(name, _)| name == parameter.name)
    }

    /// Notes that a query parameter is wrong beside the others.
    pub fn reject<K: Kind>(&mut self, parameter: &Parameter<K>, detail: impl Into<String>) {
        let allowed = parameter.kind.allowed();
        self.findings.reject(Wrong::beside(Location::Query, parameter.name, detail.into(), allowed));
    }

    /// What was asked for, or all that is wrong with it.
    fn finish<T>(mut self, asked: Option<T>) -> Result<T, Refusal> {
        let known = self.findings.looked_for().to_vec();
        for (name, _) in self.query.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            self.findings.reject(Wrong::unknown(name, &known));
        }
        match self.unacceptable {
            Some(offered) if self.findings.nothing_wrong() => Err(Refusal::NotAcceptable(offered)),
            _ => self.findings.finish(asked).map_err(Refusal::Wrong),
        }
    }

    fn look_up<K: Kind>(&mut self, parameter: &Parameter<K>) -> Option<K::Value> {
        self.findings.look_for(parameter.name);
        let mut given = self.query.iter().filter(|(name, _)| name == parameter.name);
        let text = match given.next() {
            Some((_, text)) => text.clone(),
            None => parameter.default?.to_owned(),
        };
        if given.next().is_some() {
            let detail = format!("{} is given more than once.", parameter.name);
            self.findings.reject(Wrong::beside(Location::Query, parameter.name, detail, "once".to_owned()));
            return None;
        }
        self.value(parameter, Location::Query, &text)
    }

    fn value<K: Kind>(
        &mut self,
        parameter: &Parameter<K>,
        location: Location,
        text: &str,
    ) -> Option<K::Value> {
        self.findings.value(&parameter.kind, text, |reason| {
            Wrong::value(location, parameter.name, text, &reason, parameter.kind.allowed())
        })
    }

    fn note<K: Kind>(&mut self, parameter: &Parameter<K>, location: Location, required: bool) {
        if let Some(described) = &mut self.describes {
            described.openapi.push(parameter.describe(location, required));
            described.described.push(parameter.described());
        }
    }
}

#[cfg(test)]
mod tests {
    use hivebox_climate::quantity::Metres;
    use hivebox_climate::selection::{SearchArea, Selection};

    use super::super::filter::{BBOX, LATITUDE, NAME, PERCENTILES, PHENOMENON, QUALITY, RADIUS, selection};
    use super::super::page::{CURSOR, LIMIT};
    use super::*;

    /// Everything that can be asked for.
    #[derive(Debug)]
    struct All {
        selection: Selection,
    }

    impl Ask for All {
        fn read(reader: &mut Reader) -> Option<Self> {
            let selection = selection(reader);
            let _ = (reader.query(&PHENOMENON), reader.query(&NAME), reader.query(&PERCENTILES));
            let (_, limit) = (reader.query(&QUALITY), reader.query(&LIMIT));
            let _ = (reader.query(&CURSOR), limit?);
            Some(Self { selection })
        }
    }

    fn read(query: &str) -> Result<All, Vec<Wrong>> {
        Reader::new(query, HashMap::new(), Vec::new()).ask().map_err(|refusal| match refusal {
            Refusal::Wrong(wrong) => wrong,
            other => panic!("{other:?}"),
        })
    }

    fn pointers(query: &str) -> Vec<String> {
        read(query).unwrap_err().into_iter().map(|wrong| wrong.pointer).collect()
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong =
            read("lat=91&lon=x&radius_km=0&percentiles=5,101&quality=best&limit=0&colour=red&cursor=Z");
        insta::assert_json_snapshot!(wrong.unwrap_err());
    }

    #[test]
    fn what_is_unknown_or_repeated_is_refused() {
        assert_eq!(pointers("Lat=1"), ["#/query/Lat"]);
        assert_eq!(pointers("limit=1&limit=1"), ["#/query/limit"]);
        assert_eq!(pointers("%FF"), ["#/query"]);
    }

    #[test]
    fn a_place_is_whole() {
        let area = |query: &str| read(query).unwrap().selection.area;
        assert_eq!(area(""), SearchArea::Everywhere);
        assert!(matches!(area("lat=1&lon=2"), SearchArea::Within { radius: Metres(25_000.0), .. }));
        assert!(read("bbox=1,2,3,4&lat=1&lon=2").unwrap().selection.bbox.is_some());
        assert_eq!(pointers("lat=1"), ["#/query/lon"]);
        assert_eq!(pointers("lon=1&radius_km=1"), ["#/query/lat"]);
        assert_eq!(pointers("radius_km=1"), ["#/query/radius_km"]);
        assert_eq!(pointers("lat=1&bbox=1,2,3,x"), ["#/query/lon", "#/query/bbox"]);
    }

    #[test]
    fn what_is_described_is_what_is_read() {
        let described = serde_json::to_value(All::describe()).unwrap();
        insta::assert_json_snapshot!(described);
        for parameter in described.as_array().unwrap() {
            let example = match &parameter["example"] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(items) => {
                    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                    items.join(",").replace('"', "")
                }
                other => other.to_string(),
            };
            let name = parameter["name"].as_str().unwrap();
            // What takes another beside it is read all the same.
            let beside = [LATITUDE.name, "lon", RADIUS.name].contains(&name);
            let is_read =
                read(&format!("{name}={example}")).map_or_else(|wrong| beside && wrong.len() == 1, |_| true);
            assert!(is_read, "{name}={example}");
        }
        assert!(Reader::default().query(&BBOX).is_none());
    }
}
