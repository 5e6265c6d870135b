//! Reads the faults that one request asks for in a header.

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;

use super::definition::{Fault, InvalidFault, a_few_bytes, a_gibibyte, a_minute, a_tenth_of_a_second};
use super::forecast::ForecastFault;

/// The header by which a request asks for faults: comma-separated names, each with its number if it
/// takes one, such as `delay=2000,status=503`.
///
/// The numbers are: `delay=MILLIS`, `status=STATUS`, `too_many_requests=SECONDS`, `reset=BYTES`,
/// `truncated=BYTES`, `slow_drip=MILLIS`, `gzip_bomb=BYTES`, `invalid_utf8=NTH`, `bad_box=NTH`. All
/// but the first two have defaults. `html_error_page` and `not_json` take no number. A fault of
/// forecasts is `forecast=NAME`, such as `forecast=nulls`.
pub const FAULT_HEADER: &str = "x-sim-fault";

/// Reads the header's value.
pub(crate) fn faults_of_header(value: &str) -> Result<Vec<Fault>, InvalidFault> {
    value.split(',').map(|item| fault(item.trim())).collect()
}

fn fault(item: &str) -> Result<Fault, InvalidFault> {
    if let Some(name) = item.strip_prefix("forecast=") {
        let how = ForecastFault::deserialize(name.into_deserializer());
        let unreadable = |error: serde::de::value::Error| InvalidFault::Unreadable(error.to_string());
        return Ok(Fault::Forecast { how: how.map_err(unreadable)? });
    }
    let (name, number) = match item.split_once('=') {
        Some((name, text)) => {
            let number = text.parse::<u64>();
            (
                name,
                Some(number.map_err(|_| {
                    InvalidFault::Unreadable(format!("`{text}` in `{item}` is not a whole number"))
                })?),
            )
        }
        None => (item, None),
    };
    let needed =
        || number.ok_or_else(|| InvalidFault::Unreadable(format!("`{name}` needs a number: `{name}=…`")));
    // A number that does not fit becomes too large to pass the check.
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let fault = match name {
        "delay" => Fault::Delay { millis: needed()? },
        "status" => Fault::Status { status: u16::try_from(needed()?).unwrap_or(u16::MAX) },
        "too_many_requests" => Fault::TooManyRequests { retry_after: number.map_or_else(a_minute, small) },
        "reset" => Fault::Reset { after_bytes: number },
        "truncated" => Fault::Truncated { after_bytes: number },
        "slow_drip" => {
            Fault::SlowDrip { bytes: a_few_bytes(), every_millis: number.unwrap_or_else(a_tenth_of_a_second) }
        }
        "gzip_bomb" => Fault::GzipBomb { bytes: number.unwrap_or_else(a_gibibyte) },
        "invalid_utf8" => Fault::InvalidUtf8 { nth: number.unwrap_or_default() as usize },
        "bad_box" => Fault::BadBox { nth: number.unwrap_or_default() as usize },
        "html_error_page" if number.is_none() => Fault::HtmlErrorPage,
        "not_json" if number.is_none() => Fault::NotJson,
        "html_error_page" | "not_json" => {
            return Err(InvalidFault::Unreadable(format!("`{name}` takes no number")));
        }
        _ => return Err(InvalidFault::Unreadable(format!("there is no `{name}`"))),
    };
    fault.check()?;
    Ok(fault)
}

#[cfg(test)]
mod tests {
    use super::{Fault, ForecastFault, faults_of_header};

    #[test]
    fn several_faults_fit_into_one_header() {
        let faults = faults_of_header("delay=2000, status=503").unwrap();
        assert_eq!(faults, [Fault::Delay { millis: 2000 }, Fault::Status { status: 503 }]);
    }

    #[test]
    fn a_fault_of_forecasts_has_a_name() {
        let faults = faults_of_header("delay=5,forecast=short_arrays").unwrap();
        assert_eq!(faults[1], Fault::Forecast { how: ForecastFault::ShortArrays });
        let error = faults_of_header("forecast=rain").unwrap_err().to_string();
        assert!(error.contains("unknown variant `rain`, expected one of `nulls`"), "{error}");
    }

    #[test]
    fn what_is_no_fault_is_refused_with_the_reason() {
        for (header, reason) in [
            ("", "not a fault: there is no ``"),
            ("flood", "not a fault: there is no `flood`"),
            ("delay", "not a fault: `delay` needs a number: `delay=…`"),
            ("delay=2s", "not a fault: `2s` in `delay=2s` is not a whole number"),
            ("delay=600001", "`millis` must be 0 to 600000"),
            ("status=70000", "`status` must be 400 to 599"),
            ("not_json=1", "not a fault: `not_json` takes no number"),
            ("forecast", "not a fault: there is no `forecast`"),
        ] {
            assert_eq!(faults_of_header(header).unwrap_err().to_string(), reason);
        }
    }
}
