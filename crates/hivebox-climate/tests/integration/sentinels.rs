//! The values that real sensors send instead of a reading.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Exposure;
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
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

#[test]
fn a_pressure_that_says_hpa_and_is_in_pa_is_corrected() {
    for (title, unit, raw, value, verdict) in [
        ("Luftdruck", "hPa", 101_977.88, 1019.7788, Verdict::Ok),
        ("Luftdruck", "mbar", 64_000.0, 640.0, Verdict::Ok),
        ("rel. Luftdruck", "hPa", 101_000.0, 1010.0, Verdict::Ok),
        ("Luftdruck", "hPa", 1019.7, 1019.7, Verdict::Ok),
        ("Luftdruck", "Pa", 102_776.13, 1027.7613, Verdict::Ok),
        // Not plausible in Pa either, or not what the owner says.
        ("Luftdruck", "hPa", 1500.0, 1500.0, Verdict::Implausible),
        ("Luftdruck", "hPa", 110_001.0, 110_001.0, Verdict::Implausible),
        ("rel. Luftdruck", "hPa", 81_200.0, 81_200.0, Verdict::Implausible),
        ("Luftdruck", "kPa", 101_325.0, 1_013_250.0, Verdict::Implausible),
        ("Luftdruck", "hPa", 0.0, 0.0, Verdict::Sentinel),
        ("Temperatur", "°C", 2100.0, 2100.0, Verdict::Implausible),
    ] {
        let judged = judged(title, unit, raw);
        assert_eq!(judged.verdict, verdict, "{raw} {unit} of {title}");
        assert!((judged.value.unwrap().0 - value).abs() < 1e-9, "{raw} {unit} of {title}: {judged:?}");
    }
}

#[test]
fn a_corrected_reading_is_marked_and_keeps_what_was_sent() {
    let now = Timestamp::UNIX_EPOCH;
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), now);
    let exposure = Exposure::Outdoor;
    builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure, place: None });
    for (title, unit, value) in [
        ("Luftdruck", "hPa", "101977.88"),
        ("Luftdruck", "Pa", "101977.88"),
        ("Luftdruck", "hPa", "1019.7"),
        ("?", "", "1"),
    ] {
        let measured = Some(Measured { value, at: now });
        builder.add_sensor(&SensorFacts { id: value, title, unit, sensor_type: "", measured });
    }
    let readings = builder.finish();
    let corrected: Vec<_> = readings.iter().map(|reading| reading.is_unit_corrected()).collect();
    assert_eq!(corrected, [true, false, false, false]);
    assert_eq!(readings.reading(0).raw_value(), Some(101_977.88));
}
