//! `hivebox simulate`.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write, stderr};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hivebox_kinds::{Instant, Integer, Number, Or};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};
use tokio::net::TcpListener;

use super::output;
use super::serve::block_on;
use super::values;
use crate::exit::{Code, Failure};
use crate::shutdown::ShutdownSignal;

/// The share of bad sensors.
const SHARE: Number = Number { range: 0.0..=1.0, unit: "" };
/// Simulated seconds in a real one.
const SPEED: Number = Number { range: 0.0..=1e6, unit: "" };

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5001")]
    listen: SocketAddr,
    #[command(flatten)]
    simulated: SimulatedFlags,
    /// Start at this time instead of now, such as 2026-06-01T12:00:00Z
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = moment)]
    at: StartTime,
    /// Simulated seconds per real second [default: 1]; 0 stops the clock
    #[arg(long, value_name = "FACTOR", value_parser = values::of(SPEED))]
    speed: Option<f64>,
    /// Write the answer to GET /boxes?full=true to a file and exit
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
}

/// The settings of the simulation.
#[derive(Debug, clap::Args)]
pub(super) struct SimulatedFlags {
    /// Seed of the random numbers: the same seed and time give the same bytes
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Number of generated senseBoxes, or real for the 11,390 stations of 2023-02-28
    #[arg(long, value_name = "COUNT", default_value = "real", value_parser = stations)]
    stations: Stations,
    /// Share of bad sensors, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = values::of(SHARE))]
    bad_share: f64,
}

impl SimulatedFlags {
    pub(super) fn simulation(&self) -> Simulation {
        let Self { seed, stations, bad_share } = *self;
        Simulation::new(Options { seed, stations, bad_share })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum StartTime {
    Now,
    At(Timestamp),
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let sim = SimServer::new(args.simulated.simulation());
    sim.set_time(args.clock());
    match &args.dump {
        Some(file) => dump(&sim, file),
        None => block_on(serve(sim, args.listen)),
    }
}

impl Args {
    fn clock(&self) -> SimClock {
        match (self.at, self.speed) {
            (StartTime::Now, None) => SimClock::System,
            (StartTime::Now, Some(factor)) => {
                SimClock::Accelerated { start: hivebox_present::Clock::system().now(), factor }
            }
            (StartTime::At(start), speed) => SimClock::Accelerated { start, factor: speed.unwrap_or(1.0) },
        }
    }
}

async fn serve(sim: SimServer, address: SocketAddr) -> Result<(), Failure> {
    let failed = |source| {
        Failure::new(
            Code::Unavailable,
            format!("cannot listen on {address}: {source}; choose another address with --listen"),
        )
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr()?;
    let stop = ShutdownSignal::on_signals()?;
    output::line(&format!(
        "A simulated openSenseMap with {} senseBoxes listens at http://{address}",
        sim.simulation().len()
    ))?;
    output::line(&format!(
        "Its weather service: HIVEBOX_FORECAST=open-meteo:http://{address} or metno:http://{address}"
    ))?;
    output::line(&format!("How to inject faults: http://{address}/_sim/"))?;
    let stopped = async {
        stop.wait().await;
    };
    Ok(opensensemap_sim::serve(listener, sim, stopped).await?)
}

fn dump(sim: &SimServer, file: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Code::CannotCreate, format!("cannot write {}: {error}", file.display()))
    };
    let mut writer = BufWriter::new(File::create(file).map_err(failed)?);
    let progress = progress();
    for piece in sim.boxes_body() {
        writer.write_all(&piece).map_err(failed)?;
        progress.inc(piece.len() as u64);
    }
    writer.flush().map_err(failed)?;
    progress.finish_and_clear();
    let boxes = sim.simulation().len();
    output::line(&format!("wrote {boxes} senseBoxes as of {} to {}", sim.now(), file.display()))
}

/// A counter on a terminal, nothing in a pipe.
fn progress() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {bytes} written, {bytes_per_sec}");
    ProgressBar::new_spinner().with_style(style.expect("the template is well-formed"))
}

fn moment(text: &str) -> Result<StartTime, String> {
    let moment = values::read(&Or { word: "now", kind: Instant }, text)?;
    Ok(moment.map_or(StartTime::Now, StartTime::At))
}

fn stations(text: &str) -> Result<Stations, String> {
    let count = Integer { range: 1..=1_000_000, unit: "" };
    let count = values::read(&Or { word: "real", kind: count }, text)?;
    Ok(count.map_or(Stations::Real, |count| Stations::Generated(count as usize)))
}
