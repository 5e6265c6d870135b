//! The values that real sensors send instead of a reading.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::verdict::{Judged, Verdict, VerdictRules, judge};
use jiff::Timestamp;

fn judged(title: &str, unit: &str, raw: f64) -> Judged {
    let catalogue = Catalogue::builtin();
    let now = Timestamp::UNIX_EPOCH;
    judge(catalogue, &VerdictRules::default(), now, catalogue.classify(title, unit), raw, now)
}

#[test]
fn a_chip_without_a_reading_is_not_taken_for_weather() {
    for (title, unit, raw) in [
        ("Temperatur DS18B20", "°C", -127.0),
        ("Temperatur DS18B20", "°C", 85.0),
        // -127 °C, as a sketch converts it
        ("Temperature", "°F", -196.6),
        ("Temperatur (BME280)", "°C", -139.85),
        ("Temperatur (BME280)", "°C", -143.25),
        ("Temperatur HDC1080", "°C", -40.0),
        ("Temperatur SHT31", "°C", -45.0),
        ("Temperatur HTU21D", "°C", -46.85),
        ("rel. Luftfeuchte", "%", 0.0),
        ("rel. Luftfeuchte", "%", -6.0),
        ("Luftdruck", "Pa", 0.0),
        ("PM2.5", "µg/m³", 999.9),
        ("PM10", "µg/m³", 1999.9),
        ("CO2", "ppm", 0.0),
        ("VOC", "Ohm", 0.0),
        ("Bodentemperatur", "°C", -50.0),
        ("Windgeschwindigkeit", "m/s", -1.0),
    ] {
        assert_eq!(judged(title, unit, raw).verdict, Verdict::Sentinel, "{raw} {unit} of {title}");
    }
}

#[test]
fn weather_at_its_extremes_counts() {
    for (title, unit, raw) in [
        ("Temperatur", "°C", 0.0),
        ("Temperatur", "°C", -39.9),
        ("Temperatur", "°C", 56.7),
        ("rel. Luftfeuchte", "%", 100.0),
        ("Luftdruck", "Pa", 87_000.0),
        ("PM2.5", "µg/m³", 0.0),
        ("Beleuchtungsstärke", "lx", 0.0),
        ("Windrichtung", "°", 360.0),
        ("Windgeschwindigkeit", "km/h", 0.0),
        ("Niederschlag", "mm", 0.0),
        ("Bodenfeuchte", "%", 0.0),
    ] {
        assert_eq!(judged(title, unit, raw).verdict, Verdict::Ok, "{raw} {unit} of {title}");
    }
}

#[test]
fn what_no_place_on_earth_has_is_implausible() {
    for (title, unit, raw) in [
        ("Temperatur", "°C", 60.1),
        ("Temperatur", "°C", -60.1),
        ("rel. Luftfeuchte", "%", 119.0),
        // In hPa, though the title's unit is Pa
        ("Luftdruck", "Pa", 1013.25),
        ("CO2", "ppm", 100.0),
        ("Windrichtung", "°", 361.0),
    ] {
        assert_eq!(judged(title, unit, raw).verdict, Verdict::Implausible, "{raw} {unit} of {title}");
    }
}

#[test]
fn a_number_too_large_to_convert_is_implausible_and_no_value() {
    assert_eq!(judged("Luftdruck", "kPa", f64::MAX), Judged { verdict: Verdict::Implausible, value: None });
}
