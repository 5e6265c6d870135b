//! Reads what a request asks for, and collects all that is wrong with it.

use std::collections::HashMap;
use std::fmt;

use super::kind::Kind;
use super::refusal::Refusal;
use super::wrong::Wrong;
use super::{Location, Parameter, query_string};
use crate::format::{Format, Formats};

/// What a route can be asked.
pub trait Ask: Sized {
    /// Reads it. Every parameter must be looked for before the first return, in any case: what was looked
    /// for is what the description shows, and any other parameter is refused.
    ///
    /// `None` means that something is wrong, of which the reader has taken note.
    fn read(reader: &mut Reader) -> Option<Self>;

    /// The parameters, as OpenAPI has them.
    fn describe() -> Vec<utoipa::openapi::path::Parameter> {
        let mut reader = Reader { describes: Some(Vec::new()), ..Reader::default() };
        let _ = Self::read(&mut reader);
        reader.describes.unwrap_or_default()
    }
}

// A route without parameters.
impl Ask for () {
    fn read(_: &mut Reader) -> Option<Self> {
        Some(())
    }
}

/// How a request that is wrong is refused, each with when that is.
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
    known: Vec<&'static str>,
    wrong: Vec<Wrong>,
    /// What can be had, if the client accepts none of that.
    unacceptable: Option<Formats>,
    /// What was looked for, if that is all that matters.
    describes: Option<Vec<utoipa::openapi::path::Parameter>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { query, path, wrong, .. } = self;
        formatter
            .debug_struct("Reader")
            .field("query", query)
            .field("path", path)
            .field("wrong", wrong)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader of a query string, the parameters of a path, and the values of the header `Accept`.
    #[must_use]
    pub fn new(query: &str, path: HashMap<String, String>, accept: Vec<String>) -> Self {
        let reader = Self { path, accept, ..Self::default() };
        match query_string::pairs(query) {
            Ok(query) => Self { query, ..reader },
            Err(wrong) => Self { wrong: vec![wrong], ..reader },
        }
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
        // Takes note of the parameter.
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

    /// Takes note that a query parameter is wrong beside the others.
    pub fn reject<K: Kind>(&mut self, parameter: &Parameter<K>, detail: impl Into<String>) {
        let allowed = parameter.kind.allowed();
        self.wrong.push(Wrong::beside(Location::Query, parameter.name, detail.into(), allowed));
    }

    /// What was asked for, or all that is wrong with it.
    fn finish<T>(mut self, asked: Option<T>) -> Result<T, Refusal> {
        for (name, _) in &self.query {
            if !self.known.contains(&name.as_str()) {
                self.wrong.push(Wrong::unknown(name, &self.known));
            }
        }
        match (asked, self.unacceptable) {
            (_, Some(offered)) if self.wrong.is_empty() => Err(Refusal::NotAcceptable(offered)),
            (Some(asked), _) if self.wrong.is_empty() => Ok(asked),
            _ => Err(Refusal::Wrong(self.wrong)),
        }
    }

    fn look_up<K: Kind>(&mut self, parameter: &Parameter<K>) -> Option<K::Value> {
        self.known.push(parameter.name);
        let mut given = self.query.iter().filter(|(name, _)| name == parameter.name);
        let text = match given.next() {
            Some((_, text)) => text.clone(),
            None => parameter.default?.to_owned(),
        };
        if given.next().is_some() {
            let detail = format!("{} stands there more than once.", parameter.name);
            self.wrong.push(Wrong::beside(Location::Query, parameter.name, detail, "once".to_owned()));
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
        match parameter.kind.read(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                let allowed = parameter.kind.allowed();
                self.wrong.push(Wrong::value(location, parameter.name, text, &reason, allowed));
                None
            }
        }
    }

    fn note<K: Kind>(&mut self, parameter: &Parameter<K>, location: Location, required: bool) {
        if let Some(described) = &mut self.describes {
            described.push(parameter.describe(location, required));
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
