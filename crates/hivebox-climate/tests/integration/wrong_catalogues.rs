//! What is said of catalogues that contradict themselves.

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
        ("[\"bodentemperatur\"]", "[]"),
        ("[\"bodentemperatur\"]", "[\"!?\"]"),
        ("[\"bodentemperatur\"]", "[\"Temperature\"]"),
        ("titles = [\"temperature\"]", "titles = [\"Boden Temperature\"]"),
        ("[\"sensor\"]", "[\"two words\"]"),
        ("\"air_temperature\"", "\"other\""),
        ("symbol = \"°C\"", "symbol = \"°C\"\ncolour = \"red\""),
    ] {
        assert!(both.contains(from), "{from}");
        let error = Catalogue::parse(&both.replace(from, to)).unwrap_err();
        told.push_str(&format!("{from} -> {to}\n    {}\n", error.to_string().replace('\n', "\n    ")));
    }
    insta::assert_snapshot!(told);
}
