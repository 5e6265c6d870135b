use super::{Lexicon, TitleRules};
use crate::catalogue::error::CatalogueError;
use crate::phenomenon::PhenomenonId;

/// Air temperature and CO2, as slugs.
fn lexicon() -> Lexicon {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let [fillers, chips] = [words(&["sensor", "in"]), words(&["bme", "scd"])];
    let [air, carbon] = [words(&["Temperatur", "Temperatur Luft"]), words(&["CO2", "Luft CO2"])];
    let [beside, deny, nothing] = [words(&["umgebung"]), words(&["sc*", "in", "t"]), words(&[])];
    let rules = [
        TitleRules { slug: "air", titles: &air, beside: &beside, deny: &deny },
        TitleRules { slug: "carbon", titles: &carbon, beside: &nothing, deny: &nothing },
    ];
    Lexicon::new(&fillers, &chips, &rules).unwrap()
}

#[track_caller]
fn assert_means(expected: Option<usize>, titles: &[&str]) {
    let lexicon = lexicon();
    for title in titles {
        assert_eq!(lexicon.phenomenon(title).map(PhenomenonId::index), expected, "{title:?}");
    }
}

#[test]
fn a_title_may_have_numbers_letters_fillers_chips_and_its_own_words_beside() {
    assert_means(
        Some(0),
        &[
            "temperatur",
            "Temperatur 02",
            "Temperatur B",
            "Sensor: Temperatur (BME280)",
            "Temperatur Umgebung",
        ],
    );
    assert_means(Some(1), &["CO2", "CO2 (SCD30)", "CO2 in Sensor", "T CO2"]);
}

#[test]
fn the_longest_title_is_taken() {
    assert_means(Some(0), &["Temperatur Luft"]);
    assert_means(Some(1), &["Luft CO2"]);
    assert_means(None, &["Luft"]);
}

#[test]
fn a_chip_may_be_glued_to_a_title() {
    assert_means(Some(0), &["TemperaturBME", "bmetemperatur", "temperaturbme280"]);
    assert_means(None, &["temperaturxyz", "TemperaturSCD30"]);
}

#[test]
fn a_denied_word_makes_it_something_else() {
    assert_means(None, &["Temperatur SCD30", "Temperatur in Sensor", "T Temperatur"]);
}

#[test]
fn titles_of_two_phenomena_or_none_mean_nothing() {
    assert_means(None, &["Temperatur CO2", "", "Sensor", "BME280", "7", "Umgebung", "CO2 Umgebung"]);
}

#[test]
fn one_unknown_word_is_enough_not_to_know() {
    assert_means(None, &["Temperatur Kühlschrank", "Kompost Temperatur"]);
}

#[test]
fn a_word_in_a_list_of_words_is_one_word() {
    for word in ["two words", "Upper", "bme280", ""] {
        let error = Lexicon::new(&[word.to_owned()], &[], &[]).unwrap_err();
        assert_eq!(error, CatalogueError::NotAWord(word.to_owned()));
    }
}
