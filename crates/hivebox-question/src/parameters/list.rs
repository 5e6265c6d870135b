//! Values with commas between.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};

use super::kind::Kind;

/// One or more values with commas between.
#[derive(Debug, Clone, Copy)]
pub struct List<K> {
    /// What each of them is.
    pub of: K,
    /// The largest number of them.
    pub max: usize,
}

impl<K: Kind> Kind for List<K> {
    type Value = Vec<K::Value>;

    const IS_LIST: bool = true;

    fn read(&self, text: &str) -> Result<Self::Value, String> {
        let count = text.split(',').count();
        if count > self.max {
            return Err(format!("is a list of {count}"));
        }
        let one = |(index, item)| {
            self.of.read(item).map_err(|wrong| {
                if count == 1 { wrong } else { format!("has a value, number {}, that {wrong}", index + 1) }
            })
        };
        text.split(',').enumerate().map(one).collect()
    }

    fn allowed(&self) -> String {
        format!("1 to {} with commas between, each of them: {}", self.max, self.of.allowed())
    }

    fn schema(&self) -> Schema {
        let array = ArrayBuilder::new().items(RefOr::T(self.of.schema()));
        array.min_items(Some(1)).max_items(Some(self.max)).into()
    }

    fn json(&self, text: &str) -> Value {
        text.split(',').map(|item| self.of.json(item)).collect()
    }
}
/// The items in their order, without those that were there before.
#[must_use]
pub fn each_once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut once = Vec::with_capacity(list.len());
    for item in list {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}
