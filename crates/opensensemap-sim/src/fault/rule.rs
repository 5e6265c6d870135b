//! Rules that decide which requests fail and how often, until they are used up or cleared.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::Api;
use super::body::{BodyCut, BodyFaults, CutEnd, Drip, Spoil, SpoilKind};
use super::definition::{Fault, InvalidFault};
use crate::seed::Seed;

/// The largest number of rules.
const MAX_RULES: usize = 100;

/// A fault and the requests that it applies to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultRule {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// The number of requests left; `None` for all until it is cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The path (`/boxes`) or route (`/boxes/{id}`), with an optional `*` at the end for any
    /// suffix; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The share of these requests, 0 to 1; `None` for all. The simulation's seed determines which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

impl From<Fault> for FaultRule {
    /// A rule that applies the fault to every request.
    fn from(fault: Fault) -> Self {
        Self { fault, times: None, path: None, share: None }
    }
}

impl FaultRule {
    /// Reads a rule from JSON: its [`Fault`] with `times`, `path` and `share` beside it.
    ///
    /// # Errors
    /// [`InvalidFault`] for malformed JSON, numbers out of bounds or unknown fields.
    pub fn from_json(value: Value) -> Result<Self, InvalidFault> {
        let Value::Object(mut fields) = value else {
            return Err(InvalidFault::Unreadable(
                "a rule is an object such as {\"fault\":\"status\",\"status\":503}".to_owned(),
            ));
        };
        let rule = Self {
            times: take(&mut fields, "times")?,
            path: take(&mut fields, "path")?,
            share: take(&mut fields, "share")?,
            fault: fault(fields)?,
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), InvalidFault> {
        self.fault.check()?;
        let out_of_bounds = |field, allowed| Err(InvalidFault::OutOfBounds { field, allowed });
        match self {
            Self { times: Some(0), .. } => out_of_bounds("times", "1 or more"),
            Self { share: Some(share), .. } if !(0.0..=1.0).contains(share) => {
                out_of_bounds("share", "0 to 1")
            }
            Self { path: Some(path), .. } if !path.starts_with('/') => {
                out_of_bounds("path", "a path that begins with /")
            }
            _ => Ok(()),
        }
    }

    fn covers(&self, path: &str, route: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| match pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => pattern == path || pattern == route,
        })
    }
}

fn take<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    field: &str,
) -> Result<Option<T>, InvalidFault> {
    let value = fields.remove(field).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| InvalidFault::Unreadable(format!("`{field}`: {error}")))
}

fn fault(fields: Map<String, Value>) -> Result<Fault, InvalidFault> {
    // serde accepts unknown fields beside a variant without fields.
    let stray = fields.keys().find(|field| *field != "fault").cloned();
    let fault = serde_json::from_value(Value::Object(fields))
        .map_err(|error| InvalidFault::Unreadable(error.to_string()))?;
    match (&fault, stray) {
        (Fault::HtmlErrorPage | Fault::NotJson, Some(field)) => {
            Err(InvalidFault::Unreadable(format!("unknown field `{field}`")))
        }
        _ => Ok(fault),
    }
}

/// The current rules. All rules that match a request apply, such as a delay followed by an error.
#[derive(Debug)]
pub struct Faults {
    state: Mutex<FaultState>,
    seed: Seed,
}

#[derive(Debug, Default)]
struct FaultState {
    rules: Vec<FaultRule>,
    /// The number of requests so far, so that each draw differs.
    draws: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: Mutex::default(), seed: Seed::new(seed).with_text("faults") }
    }

    /// Replaces all rules by one.
    ///
    /// # Errors
    /// [`InvalidFault`] if it is out of bounds; the current rules then stay.
    pub fn set(&self, rule: impl Into<FaultRule>) -> Result<(), InvalidFault> {
        self.replace(vec![rule.into()])
    }

    /// Replaces all rules.
    ///
    /// # Errors
    /// [`InvalidFault`] if one is out of bounds or there are too many; the current rules then stay.
    pub fn replace(&self, rules: Vec<FaultRule>) -> Result<(), InvalidFault> {
        if rules.len() > MAX_RULES {
            return Err(InvalidFault::TooMany(MAX_RULES));
        }
        rules.iter().try_for_each(FaultRule::check)?;
        self.with(|state| state.rules = rules);
        Ok(())
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.with(|state| state.rules.clear());
    }

    /// The current rules, with the number of requests left.
    pub fn rules(&self) -> Vec<FaultRule> {
        self.with(|state| state.rules.clone())
    }

    /// The faults that apply to a request.
    pub(crate) fn draw(&self, path: &str, route: &str) -> Vec<Fault> {
        self.with(|state| {
            let mut drawn = Vec::new();
            state.draws += 1;
            let seed = self.seed.with(state.draws);
            for (number, rule) in (0..).zip(&mut state.rules) {
                let lucky = rule.share.is_some_and(|share| !seed.with(number).chance(share));
                if rule.covers(path, route) && !lucky {
                    rule.times = rule.times.map(|times| times - 1);
                    drawn.push(rule.fault.clone());
                }
            }
            state.rules.retain(|rule| rule.times != Some(0));
            drawn
        })
    }

    /// No panic can leave the rules half-written, so a poisoned lock can be used.
    fn with<T>(&self, work: impl FnOnce(&mut FaultState) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The combined faults of a request: the first of each kind, and the longest delay.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    /// A fault whose answer replaces that of the route.
    pub(crate) answer: Option<Fault>,
    pub(crate) body: BodyFaults,
}

impl Plan {
    pub(crate) fn of(faults: Vec<Fault>, api: Api) -> Self {
        let mut plan = Self::default();
        for fault in faults {
            let body = &mut plan.body;
            match fault {
                Fault::Delay { millis } => plan.delay = plan.delay.max(Duration::from_millis(millis)),
                Fault::Reset { after_bytes: after } => {
                    body.cut = body.cut.or(Some(BodyCut { after, end: CutEnd::Reset }));
                }
                Fault::Truncated { after_bytes: after } => {
                    body.cut =
                        body.cut.or(Some(BodyCut { after, end: CutEnd::ErrorText(api.breaking_off()) }));
                }
                Fault::SlowDrip { bytes, every_millis } => {
                    let drip = Drip { bytes: bytes as usize, every: Duration::from_millis(every_millis) };
                    body.drip = body.drip.or(Some(drip));
                }
                Fault::InvalidUtf8 { nth } => {
                    body.spoil = body.spoil.or(Some(Spoil { kind: SpoilKind::InvalidUtf8, nth }));
                }
                Fault::BadBox { nth } => {
                    body.spoil = body.spoil.or(Some(Spoil { kind: SpoilKind::BadBox, nth }));
                }
                Fault::Forecast { how } => body.forecast = body.forecast.or(Some(how)),
                answer => plan.answer = plan.answer.take().or(Some(answer)),
            }
        }
        plan
    }
}
