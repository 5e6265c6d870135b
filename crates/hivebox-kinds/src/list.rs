//! Several values with commas between.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};

use super::Kind;

/// One or more values with commas between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<K> {
    /// The kind of each value.
    pub of: K,
    /// The largest number of values.
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

/// The items in their order, without those that came before.
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

#[cfg(test)]
mod tests {
    use super::super::Integer;
    use super::*;

    #[test]
    fn the_wrong_value_of_a_list_is_named_by_its_place() {
        let list = List { of: Integer { range: 1..=9, unit: "" }, max: 3 };
        assert_eq!(list.read("1,2,3"), Ok(vec![1, 2, 3]));
        assert_eq!(list.read("1,x"), Err("has a value, number 2, that is not a whole number".to_owned()));
        assert_eq!(list.read("x"), Err("is not a whole number".to_owned()));
        assert_eq!(list.read("1,2,3,4"), Err("is a list of 4".to_owned()));
    }

    #[test]
    fn each_item_is_kept_once() {
        assert_eq!(each_once(vec![2, 1, 2, 1]), [2, 1]);
    }
}
