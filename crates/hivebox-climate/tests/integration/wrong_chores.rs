//! Errors about chores that contradict themselves.

use std::fmt::Write as _;

use hivebox_climate::chores::Chores;

const BUILTIN: &str = include_str!("../../chores.toml");

/// The words and inputs of the built-in chores, with two short chores.
fn good() -> String {
    let (inputs, _) = BUILTIN.split_once("[[chore]]").unwrap();
    inputs.to_owned()
        + r#"
[[chore]]
slug = "look"
name = "Look"
needs = ["wind_speed", "broodless"]
caveat = "Mind the dog."
sources = [{ title = "A book", address = "https://example.org/a" }]
[[chore.rule]]
verdict = "no"
when = [{ input = "wind_speed", from = 2.0, below = 9.0 }]
reason = "It blows at {wind_speed}, below {wind_speed.below}."
seen = "You see wind."
[[chore.rule]]
verdict = "go"
when = [{ input = "broodless", is = true }]
reason = "No brood."

[chore.ahead]
needs = ["air_temperature_max_next_24h"]
[[chore.ahead.rule]]
verdict = "go"
when = [{ input = "air_temperature_max_next_24h", from = 7.0 }]
reason = "It will be {air_temperature_max_next_24h}."

[[chore]]
slug = "wait"
name = "Wait"
needs = ["broodless"]
sources = [{ title = "A book", address = "https://example.org/a" }]
[[chore.rule]]
verdict = "go"
when = [{ input = "broodless", is = false }]
reason = "Brood."
"#
}

/// A rule followed by a more careful one.
const MILDER: &str = r#"reason = "No brood."
[[chore.rule]]
verdict = "caution"
when = [{ input = "broodless", is = false }]
reason = "Brood.""#;

#[test]
fn good_chores_are_read() {
    assert_eq!(Chores::parse(&good()).unwrap().iter().len(), 2);
}

#[test]
fn each_contradiction_is_told_with_what_is_wrong() {
    let mut told = String::new();
    for (from, to) in [
        ("slug = \"wait\"", "slug = \"look\""),
        ("slug = \"wait\"", "slug = \"Wait\""),
        ("name = \"Wait\"", "name = \" \""),
        ("\"Mind the dog.\"", "\"\""),
        ("caveat = \"Mind", "cave = \"Mind"),
        ("[\"wind_speed\", \"broodless\"]", "[\"wind_speed\", \"broodless\", \"clustered\"]"),
        ("[\"wind_speed\", \"broodless\"]", "[\"wind_speed\", \"broodless\", \"broodless\"]"),
        ("[\"wind_speed\", \"broodless\"]", "[\"wind_speed\"]"),
        ("[\"wind_speed\", \"broodless\"]", "[\"wind_speed\", \"moonlight\"]"),
        (
            "needs = [\"broodless\"]\nsources = [{ title = \"A book\", address = \"https://example.org/a\" }]",
            "needs = [\"broodless\"]\nsources = []",
        ),
        ("address = \"https://example.org/a\"", "address = \"example.org/a\""),
        ("address = \"https://example.org/a\"", "address = \"https://example.org/\""),
        ("verdict = \"no\"", "verdict = \"never\""),
        ("reason = \"No brood.\"", MILDER),
        ("verdict = \"go\"\nwhen = [{ input = \"broodless\", is = true }]", "verdict = \"go\"\nwhen = []"),
        ("from = 2.0, below = 9.0", "from = 9.0, below = 9.0"),
        ("from = 2.0, below = 9.0", "from = 2.0, above = 1.0, below = 9.0"),
        ("from = 2.0, below = 9.0", "from = inf, below = 9.0"),
        ("from = 2.0, below = 9.0", "is = true"),
        ("from = 2.0, below = 9.0", "until = 9.0"),
        (", from = 2.0, below = 9.0", ""),
        ("is = true", "below = 3.0"),
        (
            "{ input = \"broodless\", is = true }",
            "{ input = \"broodless\", is = true }, { input = \"broodless\", is = false }",
        ),
        ("{wind_speed.below}", "{wind_speed.up_to}"),
        ("{wind_speed.below}", "{air_temperature}"),
        ("{wind_speed.below}", "{wind_speed"),
        ("\"No brood.\"", "\"{broodless}\""),
        ("seen = \"You see wind.\"\n", ""),
        ("You see wind.", "You see {wind_speed}."),
        ("reason = \"No brood.\"", "reason = \"No brood.\"\nseen = \"You see.\""),
        (
            "[\"wind_speed\", \"broodless\"]",
            "[\"wind_speed\", \"broodless\", \"air_temperature_max_next_24h\"]",
        ),
        (
            "{ input = \"broodless\", is = true }",
            "{ input = \"broodless\", is = true }, { input = \"air_temperature_max_next_24h\", from = 1.0 }",
        ),
        ("needs = [\"air_temperature_max_next_24h\"]", "needs = []"),
        ("[chore.ahead]\nneeds", "[chore.ahead]\ndaylight = true\nneeds"),
        (
            "needs = [\"air_temperature_max_next_24h\"]\n[[chore.ahead.rule]]\nverdict = \"go\"\nwhen = [{ input = \"air_temperature_max_next_24h\", from = 7.0 }]\nreason = \"It will be {air_temperature_max_next_24h}.\"",
            "needs = [\"clustered\"]\n[[chore.ahead.rule]]\nverdict = \"go\"\nwhen = [{ input = \"clustered\", is = true }]\nreason = \"Now.\"",
        ),
        ("unit = \"m/s\"\n", ""),
        ("slug = \"broodless\"\n", "slug = \"broodless\"\nunit = \"°C\"\n"),
        ("slug = \"clustered\"\n", "slug = \"broodless\"\n"),
        ("slug = \"clustered\"\n", "slug = \"huddled\"\n"),
        ("close = \"", "closed = \""),
    ] {
        let good = good();
        assert!(good.contains(from), "{from}");
        let error = Chores::parse(&good.replace(from, to)).unwrap_err();
        let error = error.to_string().replace('\n', "\n    ");
        writeln!(told, "{from} -> {to}\n    {error}").unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn rules_that_apply_without_a_forecast_need_none() {
    let good = good();
    let (inputs, chores) = good.split_once("[[chore]]").unwrap();
    let chores = chores.replace("wind_speed", "air_temperature_max_next_24h").replace("seen =", "# seen =");
    let error = Chores::parse(&format!("{inputs}[[chore]]{chores}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "look needs air_temperature_max_next_24h, which only a forecast knows: move its rules to [chore.ahead]"
    );
}

#[test]
fn there_are_chores_and_each_input_is_described() {
    let (inputs, _) = BUILTIN.split_once("[[chore]]").unwrap();
    let none = Chores::parse(&format!("{inputs}\n[words]")).unwrap_err().to_string();
    assert!(none.contains("cannot be read"), "{none}");
    let none = Chores::parse(&format!("chore = []\n{inputs}")).unwrap_err();
    assert_eq!(none.to_string(), "there is no chore");
    let (before, rest) = inputs.split_once("[[input]]\nslug = \"clustered\"").unwrap();
    let (_, after) = rest.split_once("[[input]]").unwrap();
    let error = Chores::parse(&format!("chore = []\n{before}[[input]]{after}")).unwrap_err();
    assert_eq!(error.to_string(), "the input \"clustered\" is not described");
}
