//! Parses single query parameters as the real API does, with its error texts.

use std::str::FromStr;

use crate::error::ErrorAnswer;

/// The pairs of a query string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(pub(crate) Vec<(String, String)>);

impl Parameters {
    /// The value of an optional parameter.
    ///
    /// # Errors
    /// 400 if it is given more than once, 422 if it is empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ErrorAnswer> {
        let mut values = self.values(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(ErrorAnswer::BadRequest(format!("Parameter {name} must only be specified once")));
        }
        value.map(|value| not_empty(name, value, "String")).transpose()
    }

    /// The value of a required parameter.
    ///
    /// # Errors
    /// 400 if it is missing or given more than once, 422 if it is empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, ErrorAnswer> {
        self.text(name)?.ok_or_else(|| ErrorAnswer::BadRequest(format!("missing required parameter {name}")))
    }

    /// The name by which a parameter with several names is given; the first if it is not given.
    pub(super) fn used(&self, names: &[&'static str]) -> &'static str {
        let given = names.iter().find(|name| self.values(name).next().is_some());
        given.or(names.first()).copied().expect("every parameter has a name")
    }

    /// The items of a list parameter, either comma-separated or given several times.
    ///
    /// # Errors
    /// 422 if an item is empty.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<&str>>, ErrorAnswer> {
        let given: Vec<&str> = self.values(name).collect();
        let items: Vec<&str> = match *given.as_slice() {
            [] => return Ok(None),
            [one] => one.split(',').collect(),
            _ => given,
        };
        items
            .into_iter()
            .map(|item| not_empty(name, item, "array of String"))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A parameter that is `true` or `false`.
    ///
    /// # Errors
    /// 422 for any other value.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ErrorAnswer> {
        Ok(self.word(name, &["true", "false"])? == Some("true"))
    }

    /// A parameter that is one of several words.
    ///
    /// # Errors
    /// 422 for any other value.
    pub(super) fn word(&self, name: &str, allowed: &[&str]) -> Result<Option<&str>, ErrorAnswer> {
        match self.text(name)? {
            Some(word) if !allowed.contains(&word) => Err(illegal(name, &allowed_values(allowed))),
            word => Ok(word),
        }
    }

    /// A finite number.
    ///
    /// # Errors
    /// 422 for anything else.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, ErrorAnswer> {
        let parse = |text| f64::from_str(text).ok().filter(|number| number.is_finite());
        self.text(name)?.map(|text| parse(text).ok_or_else(|| unparsable(name, "Number"))).transpose()
    }

    /// Comma-separated numbers.
    ///
    /// # Errors
    /// 422 unless there are `N` finite numbers.
    pub(super) fn numbers<const N: usize>(&self, name: &str) -> Result<Option<[f64; N]>, ErrorAnswer> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let parse = |part: &str| f64::from_str(part.trim()).ok().filter(|number| number.is_finite());
        let numbers: Option<Vec<f64>> = text.split(',').map(parse).collect();
        let numbers = numbers.ok_or_else(|| illegal(name, "Supplied values can not be parsed as floats."))?;
        numbers.try_into().map(Some).map_err(|_| illegal(name, "Invalid number of coordinates."))
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// 422: the value can be parsed but is not allowed.
pub(super) fn illegal(name: &str, why: &str) -> ErrorAnswer {
    ErrorAnswer::UnprocessableEntity(format!("Illegal value for parameter {name}. {why}"))
}

/// 422: the value cannot be parsed.
pub(crate) fn unparsable(name: &str, datatype: &str) -> ErrorAnswer {
    ErrorAnswer::UnprocessableEntity(format!("Parameter {name} is not parseable as datatype {datatype}"))
}

pub(super) fn allowed_values(allowed: &[&str]) -> String {
    format!("allowed values: {}", allowed.join(", "))
}

fn not_empty<'a>(name: &str, value: &'a str, datatype: &str) -> Result<&'a str, ErrorAnswer> {
    let value = value.trim();
    if value.is_empty() { Err(unparsable(name, datatype)) } else { Ok(value) }
}
