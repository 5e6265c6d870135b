//! Conversions from the units of real sensors.

use hivebox_climate::catalogue::{Catalogue, Meaning};
use hivebox_climate::unit::Conversion;
use proptest::prelude::*;

#[test]
fn the_unit_decides_what_a_title_with_two_meanings_names() {
    let slug = |title, unit| match Catalogue::builtin().classify(title, unit) {
        Meaning::Measures { phenomenon, .. } => Catalogue::builtin().phenomenon(phenomenon).slug(),
        Meaning::UnitUnknown { .. } | Meaning::Unknown => "-",
    };
    assert_eq!(slug("UV", "UV Index"), "uv_index");
    assert_eq!(slug("UV (VEML6070)", "uvi"), "uv_index");
    assert_eq!(slug("UV", "µW/cm²"), "uv_irradiance");
    assert_eq!(slug("UV", ""), "-", "no unit at all says nothing");
    assert_eq!(slug("Precipitation", "mm"), "precipitation");
    assert_eq!(slug("Precipitation rate", "mm/h"), "precipitation_rate");
}

#[test]
fn values_are_converted_into_the_canonical_unit() {
    for (title, unit, raw, canonical) in [
        ("Temperature", "°F", 32.0, 0.0),
        ("Temperature", "°F", -40.0, -40.0),
        ("Dew Point", "F", 212.0, 100.0),
        ("Temperature", "K", 273.15, 0.0),
        ("Temperatur", "Grad", 21.5, 21.5),
        ("Temperatur", "\u{fffd}C", 21.5, 21.5),
        ("Luftdruck", "Pa", 101_325.0, 1013.25),
        ("Luftdruck", "kPa", 101.325, 1013.25),
        ("Luftdruck", "mBar", 1013.25, 1013.25),
        ("Luftdruck", "bar", 1.01325, 1013.25),
        ("Barometric pressure", "mmHg", 760.0, 1013.25),
        ("Barometric pressure", "inHg", 29.921_252, 1013.25),
        ("PM10", "mg/m³", 0.05, 50.0),
        ("Helligkeit", "kLx", 12.0, 12_000.0),
        ("UV", "mW/m²", 250.0, 25.0),
        ("UV", "W/m²", 25.0, 2500.0),
        ("UV-Intensität", "mW/cm²", 2.5, 2500.0),
        ("CO2", "%", 0.04, 400.0),
        ("TVOC", "ppm", 0.5, 500.0),
        ("VOC", "Ohm", 12_500.0, 12.5),
        ("Wind speed", "km/h", 36.0, 10.0),
        ("Wind speed", "mph", 100.0, 44.704),
        ("Wind speed", "kn", 36.0, 18.52),
        ("Rain", "inch", 2.0, 50.8),
        ("Regenrate", "mm/min", 0.5, 30.0),
        ("Rain Rate", "in/hr", 1.0, 25.4),
        ("soil moisture", "m3/m3", 0.25, 25.0),
        ("Battery", "mV", 3700.0, 3.7),
        ("Radioactivity", "nSv/h", 100.0, 0.1),
    ] {
        let Meaning::Measures { conversion, .. } = Catalogue::builtin().classify(title, unit) else {
            panic!("{title} [{unit}] is not known");
        };
        let converted = conversion.apply(raw);
        // The catalogue gives factors with seven digits or more.
        let tolerance = 1e-6 * f64::max(1.0, canonical);
        assert!(
            (converted - canonical).abs() < tolerance,
            "{raw} {unit} of {title} is {converted}, not {canonical}"
        );
    }
}

#[test]
fn a_unit_of_something_else_is_not_known() {
    for (title, unit) in [
        ("Temperatur", "%"),
        ("Temperatur", "°"),
        ("Temperature", "*10 °C"),
        ("PM10", "ppm"),
        ("Niederschlag", "mm/min"),
        ("Lautstärke", "V"),
        ("Windrichtung", "Richtung"),
    ] {
        let meaning = Catalogue::builtin().classify(title, unit);
        assert!(matches!(meaning, Meaning::UnitUnknown { .. }), "{title} [{unit}] is {meaning:?}");
    }
}

proptest! {
    #[test]
    fn a_conversion_keeps_order_and_stays_finite(
        scale in 1e-6..1e6_f64,
        offset in -1e6..1e6_f64,
        one in -1e9..1e9_f64,
        other in -1e9..1e9_f64,
    ) {
        let conversion = Conversion::new(scale, offset).unwrap();
        let (low, high) = (conversion.apply(one.min(other)), conversion.apply(one.max(other)));
        prop_assert!(low <= high, "{low} {high}");
        prop_assert!(low.is_finite() && high.is_finite());
    }

    #[test]
    fn any_title_and_unit_can_be_asked_for(title: String, unit: String) {
        let meaning = Catalogue::builtin().classify(&title, &unit);
        prop_assert_eq!(meaning, Catalogue::builtin().classify(&format!(" {title} "), &format!(" {unit} ")));
    }
}
