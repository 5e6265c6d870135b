//! Errors about catalogues that contradict themselves.

use std::fmt::Write as _;

use hivebox_climate::catalogue::Catalogue;

const GOOD: &str = r#"
[words]
fillers = ["sensor"]
chips = ["bme"]

[[unit]]
symbol = "°C"
spellings = ["C"]
converted = [{ scale = 1.0, offset = -273.15, spellings = ["K"] }]

[[phenomenon]]
slug = "air_temperature"
name = "Air temperature"
unit = "°C"
plausible = [-60.0, 60.0]
sentinels = []
titles = ["temperature"]
beside = []
deny = ["boden*"]
"#;

const SECOND: &str = r#"
[[phenomenon]]
slug = "soil_temperature"
name = "Soil temperature"
unit = "°C"
plausible = [-40.0, 60.0]
sentinels = []
titles = ["bodentemperatur"]
beside = []
deny = []
"#;

#[test]
fn a_good_catalogue_is_read() {
    assert_eq!(Catalogue::parse(&format!("{GOOD}{SECOND}")).unwrap().len(), 2);
}

#[test]
fn there_can_be_64_phenomena_and_no_more() {
    let with_others = |others: usize| {
        let other = |number: usize| {
            let letter = |digit: usize| char::from(b'a' + digit as u8);
            let word: String = [letter(number / 8), letter(number % 8), 'x'].iter().collect();
            SECOND.replace("soil_temperature", &word).replace("bodentemperatur", &word)
        };
        Catalogue::parse(&format!("{GOOD}{}", (0..others).map(other).collect::<String>()))
    };
    assert_eq!(with_others(63).unwrap().len(), Catalogue::MAX_LEN);
    assert_eq!(
        with_others(64).unwrap_err().to_string(),
        "the catalogue has 65 phenomena, and can have at most 64"
    );
}

#[test]
fn air_temperature_must_be_in_celsius() {
    let kelvin = format!("{GOOD}\n[[unit]]\nsymbol = \"K\"\n").replace("unit = \"°C\"", "unit = \"K\"");
    let error = Catalogue::parse(&kelvin).unwrap_err();
    assert_eq!(error.to_string(), "air_temperature is in \"K\", but must be in °C");
}

#[test]
fn each_contradiction_is_told_with_what_is_wrong() {
    let both = format!("{GOOD}{SECOND}");
    let mut told = String::new();
    for (from, to) in [
        ("soil_temperature", "Soil Temperature"),
        ("soil_temperature", "air_temperature"),
        ("[\"C\"]", "[\"C\", \"c\"]"),
        ("scale = 1.0", "scale = 0.0"),
        ("unit = \"°C\"", "unit = \"°Re\""),
        ("[-40.0, 60.0]", "[60.0, -40.0]"),
        ("[-40.0, 60.0]", "[-40.0, 60.0]\nsensor_error = { absolute = 0.0, relative = 0.1 }"),
        ("[\"bodentemperatur\"]", "[]"),
        ("[\"bodentemperatur\"]", "[\"!?\"]"),
        ("[\"bodentemperatur\"]", "[\"Temperature\"]"),
        ("titles = [\"temperature\"]", "titles = [\"Boden Temperature\"]"),
        ("[\"sensor\"]", "[\"two words\"]"),
        ("\"air_temperature\"", "\"other\""),
        ("[[phenomenon]]", "[[phenomenon]"),
        ("plausible = [-60.0, 60.0]", ""),
        ("chips = [\"bme\"]", "chips = [\"bme280\"]"),
        ("deny = [\"boden*\"]", "deny = [\"Boden*\"]"),
        ("[[unit]]", "[[unit]]\nsymbol = \"°C\"\n[[unit]]"),
        ("symbol = \"°C\"", "symbol = \"°C\"\ncolour = \"red\""),
    ] {
        assert!(both.contains(from), "{from}");
        let error = Catalogue::parse(&both.replace(from, to)).unwrap_err();
        let error = error.to_string().replace('\n', "\n    ");
        writeln!(told, "{from} -> {to}\n    {error}").unwrap();
    }
    insta::assert_snapshot!(told);
}
