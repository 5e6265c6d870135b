//! Histograms return the percentiles of all added values to within their resolution's error, however
//! they were merged.

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
    for (number, value) in values.iter().enumerate() {
        let measured = Some(Measured { value: &value.to_string(), at: as_of() });
        let (id, exposure) = (number.to_string(), Exposure::Outdoor);
        builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure, place: None });
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
    fn percentiles_are_those_of_statistics_to_within_the_error(values in values(), more in 0.0..100.0) {
        // -40 °C is a sentinel.
        let values: Vec<f64> = values.into_iter().filter(|value| (value + 40.0).abs() > 0.01).collect();
        let percentiles = [0.0, 5.0, 25.0, 50.0, 95.0, 100.0, more].map(|number| Percentile::new(number).unwrap());
        let histogram = histogram(celsius(), &values);
        for (percentile, exact) in percentiles.iter().zip(told(&values, &percentiles)) {
            match (histogram.quantile(*percentile), exact) {
                (None, None) => prop_assert!(values.is_empty()),
                (Some(Canonical(near)), Some(Canonical(exact))) => {
                    let most = celsius().error(Canonical(exact)).0 + 1e-9;
                    prop_assert!((near - exact).abs() <= most, "{percentile:?}: {near} instead of {exact}");
                }
                (near, exact) => prop_assert!(false, "{near:?} instead of {exact:?}"),
            }
        }
    }

    #[test]
    fn a_histogram_read_back_from_bytes_is_the_same(values in values(), times in 0..40_u32, skewed: bool) {
        let resolution = if skewed { phenomenon("illuminance").sketch_resolution() } else { celsius() };
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
    fn percentiles_of_skewed_values_are_off_by_less_than_a_hundredth_of_themselves(
        values in prop::collection::vec((0.0..18.0_f64).prop_map(f64::exp2), 1..60),
        parts in 1..4_usize,
        percent in 0.0..100.0,
    ) {
        let lux = phenomenon("illuminance").sketch_resolution();
        let pieces: Vec<_> = values.chunks(values.len().div_ceil(parts)).map(|part| histogram(lux, part)).collect();
        let whole = merged(&pieces.iter().collect::<Vec<_>>());
        let percentile = Percentile::new(percent).unwrap();
        let mut sorted = values;
        sorted.sort_unstable_by(f64::total_cmp);
        let exact = percentile.among(sorted.len() as u64, |place| sorted[place as usize]).unwrap();
        let near = whole.quantile(percentile).unwrap().0;
        let most = 0.005 + exact / 128.0;
        prop_assert!((near - exact).abs() <= most + 1e-9, "{near} instead of {exact}");
        prop_assert!(lux.error(Canonical(exact)).0 <= most);
    }

    #[test]
    fn any_bytes_are_refused_or_are_a_histogram(head in prop::option::of(prop::sample::select(&[[1, 10], [2, 64]])), rest: Vec<u8>) {
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
    assert!(refused(&[3, 10, 0]).contains("version 3"), "{}", refused(&[3, 10, 0]));
    assert!(refused(&[2, 10, 0]).contains("no such resolution"));
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
fn even_and_widening_bins_add_up_in_any_order_to_within_both_errors() {
    // As HiveBox 0.1 stored illuminance: 200 lx wide, so a percentile may be off by 100 lx.
    let old = Histogram::from_bytes(&[1, 0xa0, 0x9c, 0x01, 1, 0, 3 << 1]).unwrap();
    assert_eq!(old.resolution().error(Canonical(0.0)), Canonical(100.0));
    let new = histogram(phenomenon("illuminance").sketch_resolution(), &[0.4, 0.5, 30_000.0, 31_000.0]);
    let [mut one, mut other] = [old.clone(), new.clone()];
    one.merge(&new).unwrap();
    other.merge(&old).unwrap();
    assert_eq!(one, other);
    assert_eq!(one.count(), 7);
    assert_eq!(one.quantile(Percentile::MEDIAN), Some(Canonical(0.4)));
    assert!(
        one.quantile(Percentile::new(100.0).unwrap()).is_some_and(|top| (top.0 - 31_000.0).abs() < 250.0)
    );
}

#[test]
fn a_bin_mostly_takes_one_byte() {
    // A day of a town's temperatures.
    let values: Vec<f64> = (0..10_000).map(|step| 8.0 + f64::from(step * 37 % 1000) / 100.0).collect();
    let bytes = histogram(celsius(), &values).to_bytes().unwrap();
    assert!(bytes.len() <= 2 * 101 + 6, "{} bytes for 101 bins of a hundred values each", bytes.len());
}
