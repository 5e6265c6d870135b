//! `hivebox doctor`: checks the configured parts, and gives advice.

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use forecast_sources::FailureKind;
use hivebox_archive::Spool;
use hivebox_climate::forecast::{ForecastCell, ModelQuantity};
use hivebox_climate::place::Position;
use hivebox_present::Clock;
use jiff::SignedDuration;
use opensensemap::Observer;
use serde::Serialize;

use super::output;
use super::serve::block_on;
use super::settings::SettingFlags;
use crate::exit::{Code, Failure};
use crate::service;
use hivebox_config::{
    AnswerConfig, CacheAddress, CacheConfig, Config, ForecastConfig, StoreAddress, StoreConfig,
};
use hivebox_refresh::forecast;
use hivebox_refresh::redis::RedisCache;
use hivebox_telemetry::in_words;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<Config>,
}

/// The result of checking one part.
#[derive(Debug, Serialize)]
struct Finding {
    part: &'static str,
    good: bool,
    /// The result as a sentence.
    found: String,
    /// Advice if the part does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

impl Finding {
    fn good(part: &'static str, found: String) -> Self {
        Self { part, good: true, found, advice: None }
    }

    fn bad(part: &'static str, found: String, advice: &'static str) -> Self {
        Self { part, good: false, found, advice: Some(advice) }
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = args.settings.config()?;
    block_on(async {
        let (upstream, cache, store) =
            tokio::join!(upstream(&config), cache(&config.cache), store(&config.store));
        let forecast = weather_model(&config.forecast).await;
        let findings: Vec<Finding> =
            [upstream, cache, store].into_iter().chain(spool(&config.store)).chain(forecast).collect();
        if args.json {
            output::json(&findings)?;
        } else {
            for finding in &findings {
                output::line(&describe(finding))?;
            }
        }
        match findings.iter().filter(|finding| !finding.good).count() {
            0 => Ok(()),
            bad => {
                Err(Failure::new(Code::Unavailable, format!("{bad} of {} parts do not work", findings.len())))
            }
        }
    })
}

fn describe(finding: &Finding) -> String {
    let mark = match (finding.good, stdout().is_terminal()) {
        (true, true) => "\u{1b}[32mok\u{1b}[0m ",
        (false, true) => "\u{1b}[31mBAD\u{1b}[0m",
        (true, false) => "ok ",
        (false, false) => "BAD",
    };
    let Finding { part, found, .. } = finding;
    let advice = finding.advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("{mark} {part:<8}  {found}{advice}")
}

async fn upstream(config: &Config) -> Finding {
    const PART: &str = "upstream";
    let clock = Clock::system();
    let started = clock.now();
    let poller = match service::poller(&config.upstream, &config.answer, clock.clone(), Observer::default()) {
        Ok(poller) => poller,
        Err(error) => {
            return Finding::bad(
                PART,
                in_words(&error),
                "set HIVEBOX_UPSTREAM to the address of an openSenseMap API",
            );
        }
    };
    match poller.poll(started, None).await {
        Ok((present, of_poll)) => {
            let took_seconds = clock.now().duration_since(started).as_secs_f64();
            let boxes = present.readings.box_count();
            let lost = of_poll.lost();
            let found = format!("{boxes} senseBoxes in {took_seconds:.1} s, {lost} lost");
            match present.answer {
                Some(answer) => {
                    Finding::good(PART, format!("{found}, {} air temperature readings", answer.count))
                }
                None => Finding::bad(
                    PART,
                    format!("{found}, no current air temperature"),
                    no_answer(&config.answer),
                ),
            }
        }
        Err(error) => {
            let advice = "check HIVEBOX_UPSTREAM and the network; during an outage HiveBox goes on serving the last answer";
            Finding::bad(PART, in_words(&error), advice)
        }
    }
}

fn no_answer(config: &AnswerConfig) -> &'static str {
    if config.rules.max_age < SignedDuration::from_mins(30) {
        "HIVEBOX_MAX_READING_AGE may be too short: boxes measure every few minutes at best"
    } else {
        "check that HIVEBOX_BOXES names active boxes"
    }
}

async fn cache(config: &CacheConfig) -> Finding {
    const PART: &str = "cache";
    let CacheAddress::Redis(address) = &config.address else {
        return Finding::good(
            PART,
            "in the memory of one replica; replicas share it with HIVEBOX_CACHE=redis://…".into(),
        );
    };
    let redis = RedisCache::new(address.clone(), config);
    let examined = async {
        let what = redis.describe().await?;
        let started = Clock::system().now();
        let holder = redis.holder().await?;
        let took_ms = Clock::system().now().duration_since(started).as_secs_f64() * 1e3;
        redis.self_test().await?;
        let held = match holder {
            Some(since) => format!("a replica has held the lease since {since:.0}"),
            None => "no replica holds the lease".into(),
        };
        Ok::<_, hivebox_refresh::lease::SharedError>(format!("{what}, answers in {took_ms:.1} ms; {held}"))
    };
    match examined.await {
        Ok(found) => Finding::good(PART, found),
        Err(error) => {
            let advice = match error.kind() {
                "timeout" => "check that no firewall drops packets, or raise HIVEBOX_CACHE_TIMEOUT",
                "refused" => {
                    "check user and password in HIVEBOX_CACHE, and allow scripts, keys and the channel of HIVEBOX_CACHE_PREFIX"
                }
                _ => {
                    "check HIVEBOX_CACHE and that the server runs; with TLS, check that HIVEBOX_CACHE_CA signed its certificate"
                }
            };
            Finding::bad(PART, in_words(&error), advice)
        }
    }
}

async fn store(config: &StoreConfig) -> Finding {
    const PART: &str = "store";
    let advice = "check HIVEBOX_STORE and the AWS_ variables";
    // A check leaves nothing behind.
    let _new_folders = service::NewFolders::of_store(&config.access);
    let checked = async {
        let store = service::snapshots(&config.access)?;
        store.check(Clock::system().now()).await
    };
    // The client limits the time of each request; this limit is for all of them together.
    let Ok(checked) = tokio::time::timeout(config.access.timeout + Duration::from_secs(30), checked).await
    else {
        return Finding::bad(PART, format!("{} does not answer", config.access.address), advice);
    };
    match checked {
        Ok(check) => {
            let created = if check.bucket_created { ", just created" } else { "" };
            let exactly_once = if check.conditional_writes {
                "refuses to overwrite, so each slot is stored once"
            } else {
                "cannot refuse to overwrite, so only the lease holder stores"
            };
            Finding::good(PART, format!("{}{created}: readable and writable; {exactly_once}", check.place))
        }
        Err(error) => Finding::bad(PART, in_words(&error), advice),
    }
}

fn spool(config: &StoreConfig) -> Option<Finding> {
    const PART: &str = "spool";
    if matches!(config.access.address, StoreAddress::Folder(_)) {
        return None;
    }
    let (folder, limit) = (config.spool.display(), config.spool_max_bytes);
    // Only reads, because a service may be using the spool.
    Some(match Spool::look_into(&config.spool) {
        Ok((waiting, bytes)) => Finding::good(
            PART,
            format!("{folder}: {waiting} snapshots wait, {bytes} of at most {limit} bytes"),
        ),
        Err(error) => Finding::bad(PART, in_words(&error), "set HIVEBOX_SPOOL to a writable folder"),
    })
}

/// Asks the weather model about one cell; `None` if forecasts are off.
async fn weather_model(config: &ForecastConfig) -> Option<Finding> {
    const PART: &str = "forecast";
    let source = match forecast::source(config) {
        Ok(source) => source?,
        Err(error) => {
            return Some(Finding::bad(PART, in_words(&error), "check HIVEBOX_FORECAST and HIVEBOX_CONTACT"));
        }
    };
    let clock = Clock::system();
    let started = clock.now();
    let berlin = Position::new(52.5, 13.4).expect("52.5° north and 13.4° east are on earth");
    let asked = forecast::ask_once(&*source, ForecastCell::of(berlin), started).await;
    let took_seconds = clock.now().duration_since(started).as_secs_f64();
    let name = source.facts().name;
    Some(match asked {
        Ok(forecast) => {
            let hours = &forecast.hours;
            let is_there = |quantity: &ModelQuantity| {
                (0..hours.len()).any(|hour| hours.value(*quantity, hour).is_some())
            };
            let quantities: Vec<&str> =
                ModelQuantity::ALL.iter().filter(|it| is_there(it)).map(|it| it.slug()).collect();
            let (hours, quantities) = (hours.len(), quantities.join(", "));
            Finding::good(PART, format!("{name}: {hours} hours in {took_seconds:.1} s, with {quantities}"))
        }
        Err(error) => {
            let kind = match &error {
                forecast::AskError::Fetch(error) => Some(error.kind()),
                forecast::AskError::Useless(_) | forecast::AskError::Nothing => None,
            };
            let advice = match kind {
                Some(FailureKind::Forbidden) => {
                    "set HIVEBOX_CONTACT to a mail address or a website, so that its operators can reach you"
                }
                Some(FailureKind::RateLimited | FailureKind::Paused) => {
                    "others at this address may ask, too; lower HIVEBOX_FORECAST_BUDGET, or run a server of your own"
                }
                Some(FailureKind::Timeout) => "raise HIVEBOX_FORECAST_TIMEOUT, or check the network",
                _ => {
                    "check HIVEBOX_FORECAST and the network; meanwhile the last forecasts serve on for 6 hours"
                }
            };
            Finding::bad(PART, format!("{name}: {}", in_words(&error)), advice)
        }
    })
}
