//! What HiveBox says to people about a place: one file for each language.
//!
//! Reasons, names and labels of chores are in `chores.toml` and `chores/` of `hivebox-climate`, which has the same languages.

mod de;
mod en;
mod fr;
mod vocabulary;

use hivebox_climate::chores::Language;

pub use vocabulary::{ChoresWords, Words};

impl Words {
    /// The words of a language.
    #[must_use]
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en::WORDS,
            Language::German => &de::WORDS,
            Language::French => &fr::WORDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use hivebox_present::NoForecast;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_and_numbers_are_those_of_the_language() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let moment = at("2026-12-03T11:40:00Z");
        let told = Language::ALL.map(|language| Words::of(language).moment(moment, &zone));
        assert_eq!(told, ["Thu 3 Dec 12:40", "Do 3. Dez 12:40", "jeu. 3 déc. 12:40"]);
        let numbers = Language::ALL.map(|language| Words::of(language).number(1.25, 1));
        assert_eq!(numbers, ["1.2", "1,2", "1,2"]);
    }

    #[test]
    fn why_there_is_no_forecast_is_said_with_the_time_zone() {
        let paused = |until: &str| NoForecast::Paused { until: at(until) };
        let english = Words::of(Language::English);
        assert_eq!(
            english.no_forecast(paused("2026-12-01T14:55:00.123Z")),
            "The weather model is not asked until 14:56 UTC: it has had too many requests, or fails."
        );
        let german = Words::of(Language::German).no_forecast(paused("2026-12-01T14:55:00Z"));
        assert!(german.contains("bis 14:55 UTC"), "{german}");
        let spent = english.no_forecast(NoForecast::BudgetSpent);
        assert!(spent.contains("HIVEBOX_FORECAST_BUDGET") && spent.contains("minute"), "{spent}");
        for reason in [
            NoForecast::Off,
            NoForecast::Pending,
            NoForecast::SourceFailed,
            NoForecast::BudgetSpent,
            NoForecast::Busy,
        ] {
            let mut said = Language::ALL.map(|language| Words::of(language).no_forecast(reason)).to_vec();
            assert!(said.iter().all(|sentence| sentence.ends_with('.')), "{said:?}");
            said.sort_unstable();
            said.dedup();
            assert_eq!(said.len(), Language::ALL.len(), "each language has words of its own: {said:?}");
        }
    }
}
