//! Validates values against JSON Schema, as far as our descriptions use it.

use serde_json::{Map, Value, json};

/// The first mismatch of `value` with `schema`. References of the schema point into `document`.
pub(crate) fn misfit(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return misfit(document, document.pointer(&reference[1..]).unwrap(), value);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| misfit(document, choice, value).is_none()).count();
        return (fitting != 1).then(|| format!("{value} fits {fitting} of {choices:?}"));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return misfit(document, &merged(document, parts), value);
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    if !types.is_empty() && !types.iter().any(|name| is_of(name.as_str().unwrap(), value)) {
        return Some(format!("{value} is none of {types:?}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Some(format!("{value} is none of {words:?}"));
    }
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            let is_low = schema["minimum"].as_f64().is_some_and(|minimum| number < minimum);
            let is_high = schema["maximum"].as_f64().is_some_and(|maximum| number > maximum);
            (is_low || is_high).then(|| format!("{number} is out of range"))
        }
        Value::Array(items) => {
            let of = |index: usize| schema["prefixItems"].get(index).unwrap_or(&schema["items"]);
            items.iter().enumerate().find_map(|(index, item)| misfit(document, of(index), item))
        }
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let missing =
                required.map(|name| name.as_str().unwrap()).find(|name| !fields.contains_key(*name));
            missing.map(|name| format!("{name} is missing")).or_else(|| {
                fields.iter().find_map(|(name, field)| misfit_field(document, schema, name, field))
            })
        }
        _ => None,
    }
}

/// An object with the fields of all parts.
fn merged(document: &Value, parts: &[Value]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let part = part["$ref"].as_str().map_or(part, |reference| document.pointer(&reference[1..]).unwrap());
        properties.extend(part["properties"].as_object().unwrap().clone());
        required.extend(part["required"].as_array().into_iter().flatten().cloned());
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Every field must be described, except in objects without any description.
fn misfit_field(document: &Value, schema: &Value, name: &str, field: &Value) -> Option<String> {
    let described = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
    match described {
        Some(schema) => misfit(document, schema, field).map(|misfit| format!("{name}: {misfit}")),
        None => schema.get("properties").map(|_| format!("{name} is not described")),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
