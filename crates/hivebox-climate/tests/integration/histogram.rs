//! Histograms return the percentiles of all added values to half of their resolution, however they
//! were merged.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::histogram::{Histogram, HistogramError, Resolution};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::Phenomenon;
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::sample::Sample;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::{Percentile, Statistics};
use hivebox_climate::verdict::VerdictRules;
use proptest::prelude::*;

use crate::network::as_of;

fn phenomenon(slug: &str) -> &'static Phenomenon {
    Catalogue::builtin().phenomenon(Catalogue::builtin().by_slug(slug).unwrap())
}

fn celsius() -> Resolution {
    phenomenon("air_temperature").sketch_resolution()
}

fn histogram(resolution: Resolution, values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new(resolution);
    for &value in values {
        histogram.add(Canonical(value));
    }
    histogram
}

fn merged(parts: &[&Histogram]) -> Histogram {
    let mut whole = Histogram::new(parts[0].resolution());
    for part in parts {
        whole.merge(part).unwrap();
    }
    whole
}

/// With few values most are alone in their bin, with many most are not.
fn values() -> impl Strategy<Value = Vec<f64>> {
    let temperature = prop_oneof![-60.0..60.0, 14.0..16.0, Just(15.05)];
    prop::collection::vec(temperature, 0..60)
}

/// The percentiles by `Statistics`; the values must be plausible temperatures.
fn told(values: &[f64], percentiles: &[Percentile]) -> Vec<Option<Canonical>> {
    let readings = readings(values);
    let catalogue = Catalogue::builtin();
    let (places, all) = (BoxIndex::of(&readings), Selection::default());
    let sample = Sample::draw(&readings, &places, &all, catalogue.air_temperature(), |_| Ok(()));
    let statistics = Statistics::of(&sample, catalogue, percentiles);
    assert_eq!(statistics.count, values.len() as u64);
    statistics.percentiles.into_iter().map(|(_, value)| value).collect()
}

fn readings(values: &[f64]) -> std::sync::Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    builder.add_box(&BoxFacts { id: "", name: "", model: "", exposure: Exposure::Outdoor, place: None });
    for (number, value) in values.iter().enumerate() {
        let measured = Some(Measured { value: &value.to_string(), at: as_of() });
        let id = number.to_string();
        builder.add_sensor(&SensorFacts {
            id: &id,
            title: "Temperatur",
            unit: "°C",
            sensor_type: "",
            measured,
        });
    }
    builder.finish()
}

proptest! {
    #[test]
    fn parts_add_up_to_the_whole_in_any_order(a in values(), b in values(), c in values()) {
        let whole = histogram(celsius(), &[a.as_slice(), &b, &c].concat());
        let [a, b, c] = [a, b, c].map(|part| histogram(celsius(), &part));
        prop_assert_eq!(&merged(&[&a, &b, &c]), &whole);
        prop_assert_eq!(&merged(&[&c, &a, &b]), &whole);
        prop_assert_eq!(&merged(&[&a, &merged(&[&b, &c])]), &merged(&[&merged(&[&a, &b]), &c]));
        prop_assert_eq!(whole.count(), a.count() + b.count() + c.count());
    }

    #[test]
    fn percentiles_are_those_of_statistics_to_half_of_the_resolution(values in values(), more in 0.0..100.0) {
        // -40 °C is a sentinel.
        let values: Vec<f64> = values.into_iter().filter(|value| (value + 40.0).abs() > 0.01).collect();
        let percentiles = [0.0, 5.0, 25.0, 50.0, 95.0, 100.0, more].map(|number| Percentile::new(number).unwrap());
        let histogram = histogram(celsius(), &values);
        for (percentile, exact) in percentiles.iter().zip(told(&values, &percentiles)) {
            match (histogram.quantile(*percentile), exact) {
                (None, None) => prop_assert!(values.is_empty()),
                (Some(Canonical(near)), Some(Canonical(exact))) => {
                    let most = celsius().width().0 / 2.0 + 1e-9;
                    prop_assert!((near - exact).abs() <= most, "{percentile:?}: {near} instead of {exact}");
                }
                (near, exact) => prop_assert!(false, "{near:?} instead of {exact:?}"),
            }
        }
    }

    #[test]
    fn a_histogram_read_back_from_bytes_is_the_same(values in values(), times in 0..40_u32, coarse: bool) {
        let resolution = if coarse { phenomenon("illuminance").sketch_resolution() } else { celsius() };
        let mut sent = histogram(resolution, &values);
        for _ in 0..times {
            let again = sent.clone();
            sent.merge(&again).unwrap();
        }
        let bytes = sent.to_bytes().unwrap();
        prop_assert_eq!(Histogram::from_bytes(&bytes), Ok(sent));
        for cut in 0..bytes.len() {
            prop_assert!(Histogram::from_bytes(&bytes[..cut]).is_err(), "{cut} of {} bytes", bytes.len());
        }
        prop_assert!(Histogram::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn any_bytes_are_refused_or_are_a_histogram(head in prop::option::of(Just([1, 10])), rest: Vec<u8>) {
        let bytes = [head.as_ref().map_or(&[][..], |head| head), &rest].concat();
        if let Ok(read) = Histogram::from_bytes(&bytes) {
            prop_assert_eq!(Histogram::from_bytes(&read.to_bytes().unwrap()), Ok(read.clone()));
            prop_assert_eq!(read.quantile(Percentile::MEDIAN).is_some(), read.count() > 0);
        }
    }
}

#[test]
fn bytes_that_do_not_fit_together_are_refused_by_name() {
    let refused = |bytes: &[u8]| Histogram::from_bytes(bytes).unwrap_err().to_string();
    assert!(refused(&[2, 10, 0]).contains("version 2"), "{}", refused(&[2, 10, 0]));
    assert!(refused(&[1, 11, 0]).contains("no such resolution"));
    assert!(refused(&[1, 10, 1, 0, 0]).contains("a bin is empty"));
    assert!(refused(&[1, 10, 1, 0, 2, 2]).contains("left over"));
    // The first bin is the last possible one, and another is announced after it.
    let last = [0xfe, 0xff, 0xff, 0xff, 0x0f];
    assert!(
        refused(&[&[1, 10, 2], last.as_slice(), &[2, 2]].concat()).contains("bin number is out of range")
    );
    // A count of 2^62, and one more.
    let most = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    assert!(Histogram::from_bytes(&[&[1, 10, 1, 0], most.as_slice()].concat()).is_ok());
    assert_eq!(
        Histogram::from_bytes(&[&[1, 10, 2, 0], most.as_slice(), &[2]].concat()),
        Err(HistogramError::TooMany)
    );
    // So many bins are announced that reserving room for them would take gigabytes.
    assert!(Histogram::from_bytes(&[1, 10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 2]).is_err());
}

#[test]
fn histograms_of_two_resolutions_are_not_merged() {
    let mut ours = histogram(celsius(), &[15.0]);
    let before = ours.clone();
    let theirs = histogram(phenomenon("air_pressure").sketch_resolution(), &[1013.0]);
    assert_eq!(ours.merge(&theirs), Err(HistogramError::Resolutions { ours: 0.1, theirs: 0.5 }));
    assert_eq!(ours, before);
}

#[test]
fn a_bin_mostly_takes_one_byte() {
    // A day of a town's temperatures.
    let values: Vec<f64> = (0..10_000).map(|step| 8.0 + f64::from(step * 37 % 1000) / 100.0).collect();
    let bytes = histogram(celsius(), &values).to_bytes().unwrap();
    assert!(bytes.len() <= 2 * 101 + 6, "{} bytes for 101 bins of a hundred values each", bytes.len());
}
