//! Which functions SQL may call, and how large their values can get.
//!
//! `DataFusion` counts what operators hold, but not what functions build. So every function is judged here: SQL may call only
//! the functions of [`growth`], and `bounds` limits what they build before any of them runs. A test compares the lists with
//! what `DataFusion` has, so an upgrade cannot bring in a function that nobody judged.

/// How large the value of a function can get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// A number, a time, a truth or a short text, whatever the arguments are.
    Fixed,
    /// At most this many times the arguments together.
    Times(u64),
    /// At most the product of the arguments, such as each match replaced by a text.
    Product,
    /// The arguments, with the first one between them.
    Joined,
    /// The first argument, as often as the second one says.
    Repeated,
    /// As many characters as the second argument says.
    Padded,
}

/// How large a value of a scalar function can get; `None` if SQL may not call it.
#[expect(clippy::too_many_lines, reason = "it is one list")]
pub(crate) fn growth(name: &str) -> Option<Growth> {
    Some(match name {
        "abs"
        | "acos"
        | "acosh"
        | "array_avg"
        | "array_dims"
        | "array_distance"
        | "array_has"
        | "array_has_all"
        | "array_has_any"
        | "array_length"
        | "array_ndims"
        | "array_position"
        | "array_product"
        | "array_sum"
        | "arrow_typeof"
        | "ascii"
        | "asin"
        | "asinh"
        | "atan"
        | "atan2"
        | "atanh"
        | "bit_length"
        | "cardinality"
        | "cbrt"
        | "ceil"
        | "character_length"
        | "chr"
        | "contains"
        | "cos"
        | "cosh"
        | "cosine_distance"
        | "cot"
        | "current_date"
        | "current_time"
        | "date_bin"
        | "date_part"
        | "date_trunc"
        | "degrees"
        | "digest"
        | "empty"
        | "ends_with"
        | "exp"
        | "factorial"
        | "find_in_set"
        | "floor"
        | "from_unixtime"
        | "gcd"
        | "inner_product"
        | "isnan"
        | "iszero"
        | "lcm"
        | "ln"
        | "log"
        | "log10"
        | "log2"
        | "make_date"
        | "make_time"
        | "md5"
        | "nanvl"
        | "now"
        | "octet_length"
        | "pi"
        | "power"
        | "radians"
        | "random"
        | "regexp_count"
        | "regexp_instr"
        | "regexp_like"
        | "round"
        | "sha224"
        | "sha256"
        | "sha384"
        | "sha512"
        | "signum"
        | "sin"
        | "sinh"
        | "sqrt"
        | "starts_with"
        | "strpos"
        | "tan"
        | "tanh"
        | "to_date"
        | "to_hex"
        | "to_local_time"
        | "to_time"
        | "to_timestamp"
        | "to_timestamp_micros"
        | "to_timestamp_millis"
        | "to_timestamp_nanos"
        | "to_timestamp_seconds"
        | "to_unixtime"
        | "trunc"
        | "uuid"
        | "version" => Growth::Fixed,
        "array_any_value" | "array_append" | "array_compact" | "array_concat" | "array_distinct"
        | "array_element" | "array_except" | "array_intersect" | "array_max" | "array_min"
        | "array_pop_back" | "array_pop_front" | "array_prepend" | "array_remove" | "array_remove_all"
        | "array_remove_n" | "array_reverse" | "array_slice" | "array_sort" | "array_union" | "btrim"
        | "coalesce" | "concat" | "decode" | "flatten" | "get_field" | "greatest" | "least" | "left"
        | "ltrim" | "make_array" | "named_struct" | "nullif" | "nvl" | "nvl2" | "overlay" | "reverse"
        | "right" | "rtrim" | "split_part" | "struct" | "substr" | "substr_index" => Growth::Times(1),
        // Some letters need more bytes in the other case. Base64 and hexadecimal digits take up to twice the bytes.
        "encode" | "initcap" | "lower" | "upper" => Growth::Times(3),
        "translate" => Growth::Times(4),
        // Each item of a list, and each sign of a format, needs some bytes of its own.
        "array_positions" | "regexp_match" | "string_to_array" | "to_char" => Growth::Times(32),
        "array_to_string" | "regexp_replace" | "replace" => Growth::Product,
        "concat_ws" => Growth::Joined,
        "repeat" => Growth::Repeated,
        "lpad" | "rpad" => Growth::Padded,
        _ => return None,
    })
}

/// The scalar functions of `DataFusion` that SQL may not call: values build lists of any length, their time grows with the
/// product of their arguments, they change types in ways that `bounds` does not see, they tell about files, or nobody asks for
/// them of weather.
#[cfg(test)]
const REFUSED: &[&str] = &[
    "array_add",
    "array_normalize",
    "array_repeat",
    "array_replace",
    "array_replace_all",
    "array_replace_n",
    "array_resize",
    "array_scale",
    "array_subtract",
    "arrays_zip",
    "arrow_cast",
    "arrow_field",
    "arrow_metadata",
    "arrow_try_cast",
    "cast_to_type",
    "file_row_index",
    "generate_series",
    "input_file_name",
    "levenshtein",
    "map",
    "map_entries",
    "map_extract",
    "map_keys",
    "map_values",
    "range",
    "try_cast_to_type",
    "union_extract",
    "union_tag",
    "with_metadata",
];

/// Whether SQL may call an aggregate function. All of them count what they hold.
pub(crate) fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "any_value"
            | "approx_distinct"
            | "approx_median"
            | "approx_percentile_cont"
            | "approx_percentile_cont_with_weight"
            | "array_agg"
            | "avg"
            | "bit_and"
            | "bit_or"
            | "bit_xor"
            | "bool_and"
            | "bool_or"
            | "corr"
            | "count"
            | "covar_pop"
            | "covar_samp"
            | "first_value"
            | "grouping"
            | "last_value"
            | "max"
            | "median"
            | "min"
            | "nth_value"
            | "percentile_cont"
            | "regr_avgx"
            | "regr_avgy"
            | "regr_count"
            | "regr_intercept"
            | "regr_r2"
            | "regr_slope"
            | "regr_sxx"
            | "regr_sxy"
            | "regr_syy"
            | "sketch_percentile"
            | "stddev"
            | "stddev_pop"
            | "string_agg"
            | "sum"
            | "var"
            | "var_pop"
    )
}

/// Whether a value of this aggregate function grows with the number of rows.
pub(crate) fn collects(name: &str) -> bool {
    matches!(name, "array_agg" | "string_agg")
}

/// Whether SQL may call a window function. None of them builds anything.
pub(crate) fn is_window(name: &str) -> bool {
    matches!(
        name,
        "cume_dist"
            | "dense_rank"
            | "first_value"
            | "lag"
            | "last_value"
            | "lead"
            | "nth_value"
            | "ntile"
            | "percent_rank"
            | "rank"
            | "row_number"
    )
}

/// Whether SQL may call a table function. They build their rows one batch at a time.
pub(crate) fn is_table(name: &str) -> bool {
    matches!(name, "generate_series" | "range")
}

#[cfg(test)]
mod tests {
    use datafusion::execution::SessionStateDefaults as Defaults;

    use super::*;

    #[test]
    fn every_function_of_datafusion_is_judged() {
        let mut unjudged: Vec<String> = Vec::new();
        for function in Defaults::default_scalar_functions() {
            let name = function.name();
            if growth(name).is_some() == REFUSED.contains(&name) {
                unjudged.push(format!("scalar {name}"));
            }
        }
        for function in Defaults::default_aggregate_functions() {
            if !is_aggregate(function.name()) {
                unjudged.push(format!("aggregate {}", function.name()));
            }
        }
        for function in Defaults::default_window_functions() {
            if !is_window(function.name()) {
                unjudged.push(format!("window {}", function.name()));
            }
        }
        for function in Defaults::default_table_functions() {
            if !is_table(function.name()) {
                unjudged.push(format!("table {}", function.name()));
            }
        }
        assert_eq!(unjudged, Vec::<String>::new(), "judge them: how large can their values get?");
    }
}
