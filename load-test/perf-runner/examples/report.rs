//! Prints what it takes to make the report of the campaign that is kept in a results
//! folder, and how large its files are. Called by `cargo xtask bench report`.

use std::{error::Error, fs, path::PathBuf, time::Instant};

use perf_runner::{
    analyze,
    model::WhichCampaign,
    report::{self, Format},
    store::Store,
};

const TIMES: usize = 5;

// Sizes of files are far below 2^52 bytes.
#[allow(clippy::cast_precision_loss)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let results: PathBuf = std::env::args().nth(1).ok_or("name a results folder")?.into();
    let store = Store::in_files(&results);
    let stored = store.load(&WhichCampaign::Latest).await.map_err(|fault| fault.to_string())?;
    let phases: usize = stored.runs.iter().map(|stored| stored.run.phases.len()).sum();
    let build = if cfg!(debug_assertions) { "an unoptimized build" } else { "an optimized build" };
    println!("{} test runs, {phases} phases, {build}", stored.runs.len());
    for _ in 0..TIMES {
        let began = Instant::now();
        let analysis = analyze::of(&stored);
        let analyzed = began.elapsed();
        let files = report::write(&stored, &analysis, &results.join("report"), &Format::ALL)
            .map_err(|fault| fault.to_string())?;
        let all = began.elapsed();
        let mut sizes = Vec::new();
        for file in files.all() {
            let name = file.extension().unwrap_or_default().to_string_lossy().into_owned();
            sizes.push(format!("{name} {:.1} kB", fs::metadata(file)?.len() as f64 / 1000.0));
        }
        println!(
            "analyzed in {:.3} s, all four files after {:.3} s: {}",
            analyzed.as_secs_f64(),
            all.as_secs_f64(),
            sizes.join(", ")
        );
    }
    Ok(())
}
