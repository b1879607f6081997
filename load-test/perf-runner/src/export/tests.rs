use super::*;
use crate::{model::StoredCampaign, sample};

fn exported(export: &mut dyn Export, campaigns: &[StoredCampaign]) {
    for stored in campaigns {
        export.campaign(&stored.campaign).unwrap();
        stored.runs.iter().for_each(|run| export.run(run).unwrap());
    }
    export.end().unwrap();
}

fn json(campaigns: &[StoredCampaign]) -> serde_json::Value {
    let mut text = Vec::new();
    exported(&mut JsonDocument::begin(&mut text).unwrap(), campaigns);
    serde_json::from_slice(&text).unwrap()
}

fn table(table: Table, campaigns: &[StoredCampaign]) -> Vec<::csv::StringRecord> {
    let mut text = Vec::new();
    exported(&mut CsvTable::begin(table, &mut text).unwrap(), campaigns);
    let reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
    reader.into_records().collect::<Result<_, _>>().unwrap()
}

#[test]
fn json_holds_everything_that_is_stored_and_the_percentiles() {
    let campaigns = [sample::everything(), sample::one_failed(), sample::hostile()];
    let document = json(&campaigns);
    assert_eq!(document["schema"], "perf-runner/export/1");
    for (stored, found) in campaigns.iter().zip(document["campaigns"].as_array().unwrap()) {
        let read: StoredCampaign = serde_json::from_value(found.clone()).unwrap();
        assert_eq!(read, *stored);
    }
    let percentiles = document["campaigns"][0]["runs"][0]["percentiles"].as_array().unwrap();
    let p99 = percentiles
        .iter()
        .find(|row| row["phase"] == "p2" && row["clock"] == "ok" && row["percentile"] == 99.0)
        .unwrap();
    let histogram = campaigns[0].runs[0].run.phases[1].window.as_ref().unwrap().ok.as_ref().unwrap();
    assert_eq!(p99["ms"].as_f64(), histogram.quantile_ms(0.99));
    assert_eq!(p99["samples"].as_u64(), Some(histogram.count()));
}

#[test]
fn nothing_at_all_is_still_a_document_and_a_header() {
    assert_eq!(json(&[])["campaigns"], serde_json::json!([]));
    for kind in Table::ALL {
        let rows = table(kind, &[]);
        assert_eq!(rows.len(), 1, "{kind:?}");
        assert!(rows[0].iter().all(|name| !name.is_empty()) && rows[0].iter().any(|name| name == "test_run"));
    }
}

/// Programs find columns by their names, so a name is a promise.
#[test]
fn columns_keep_their_names() {
    let headers: Vec<String> = Table::ALL
        .iter()
        .map(|kind| {
            format!("{}: {}", kind.file_name(), table(*kind, &[])[0].iter().collect::<Vec<_>>().join(" "))
        })
        .collect();
    insta::assert_snapshot!("columns", headers.join("\n"));
}

#[test]
fn every_fact_has_its_row() {
    let stored = [sample::everything()];
    let runs = &stored[0].runs;
    let expected = |kind| match kind {
        Table::Phases => 2 * 2,
        Table::Uses => 2 * 2 * 5,
        // Three calls that were not acknowledged have percentiles as well.
        Table::Percentiles => 2 * 2 * 3 * 15,
        Table::Seconds => 2 * 2 * 30,
        Table::Samples => runs.iter().map(|run| run.run.samples.as_ref().unwrap().resources.len()).sum(),
        Table::Activity => runs.iter().map(|run| run.run.samples.as_ref().unwrap().activity.len()).sum(),
        Table::Statements => 2 * (1 + 2),
        Table::Checks => runs.iter().map(|run| run.checks.len()).sum(),
    };
    for kind in Table::ALL {
        assert_eq!(table(kind, &stored).len() - 1, expected(kind), "{kind:?}");
    }
}

#[test]
fn an_empty_cell_is_not_measured_and_a_map_is_json() {
    let rows = table(Table::Seconds, &[sample::everything()]);
    let column = |name: &str| rows[0].iter().position(|column| column == name).unwrap();
    // The sample's stream has a hole there.
    assert_eq!(&rows[8][column("second")], "7");
    assert_eq!((&rows[8][column("ok")], &rows[8][column("p99_ms")]), ("", ""));
    assert_eq!(&rows[7][column("ok")], "89");
    let rows = table(Table::Phases, &[sample::everything()]);
    let column = |name: &str| rows[0].iter().position(|column| column == name).unwrap();
    assert_eq!(&rows[1][column("failed_by_kind")], r#"{"unavailable":2}"#);
    assert_eq!(&rows[1][column("failed")], "2");
}

#[test]
fn hostile_text_stays_in_its_cell() {
    let stored = [sample::hostile()];
    let rows = table(Table::Checks, &stored);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let column = rows[0].iter().position(|column| column == "text").unwrap();
    assert_eq!(rows[1][column], stored[0].runs[0].checks[0].text);
}

#[test]
fn every_table_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("deep/er");
    exported(&mut CsvFiles::begin(&place).unwrap(), &[sample::everything()]);
    for kind in Table::ALL {
        let text = std::fs::read_to_string(place.join(kind.file_name())).unwrap();
        assert!(text.lines().count() > 1, "{kind:?}");
    }
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let fault = CsvFiles::begin(&file).unwrap_err();
    assert!(fault.to_string().contains("file") && fault.repair.is_some(), "{fault}");
}
