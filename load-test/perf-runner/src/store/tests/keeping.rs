//! Deleting campaigns, and rebuilding the database from files.

use super::*;

#[tokio::test]
async fn a_deleted_campaign_is_gone_from_database_and_files_and_no_other_is() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    let (doomed, kept) =
        (renamed(sample::everything(), "doomed", 0), renamed(sample::everything(), "kept", 60));
    save(&store, &doomed).await;
    save(&store, &kept).await;
    std::fs::write(bench.results.path().join("doomed/report.html"), "a page").unwrap();
    // What else lies there is nobody's campaign.
    std::fs::create_dir(bench.results.path().join("mine")).unwrap();
    store.delete(&doomed.campaign.id).await.unwrap();
    let names: Vec<String> = list(&store).await.into_iter().map(|summary| summary.id.0).collect();
    assert_eq!(names, ["kept"]);
    assert!(!bench.results.path().join("doomed").exists());
    assert_eq!(load_whole(&bench.database().await, &id("kept")).await, kept);
    assert_eq!(load_whole(&Store::in_files(bench.results.path()), &id("kept")).await, kept);
    // Whatever is not the folder of a campaign stays.
    for name in ["mine", "..", ".", "../outside", "/tmp", ""] {
        assert!(store.delete(&CampaignId(name.to_owned())).await.is_err(), "{name:?} was deleted");
    }
    assert!(bench.results.path().join("mine").is_dir());
}

#[tokio::test]
async fn raw_files_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_files(folder.path());
    let stored = sample::normal();
    save(&store, &stored).await;
    let before = store.raw_bytes(&stored.campaign.id).unwrap();
    std::fs::write(folder.path().join(&stored.runs[0].run.raw_files).join("k6.log"), [0; 4321]).unwrap();
    assert_eq!(store.raw_bytes(&stored.campaign.id).unwrap(), before + 4321);
    assert_eq!(store.raw_bytes(&CampaignId("none".to_owned())).unwrap(), 0);
}

#[tokio::test]
async fn a_database_is_rebuilt_from_files() {
    let bench = Bench::new().await;
    let in_files = Store::in_files(bench.results.path());
    let campaigns = [
        renamed(sample::everything(), "one", 0),
        renamed(sample::one_failed(), "two", 60),
        renamed(sample::nothing_measured(), "three", 120),
    ];
    for stored in &campaigns {
        save(&in_files, stored).await;
    }
    let store = bench.store().await;
    for stored in &campaigns {
        let imported = store.import(&in_files, &stored.campaign.id).await.unwrap();
        assert_eq!(imported, Imported::Stored { runs: 2 });
        let which = id(&stored.campaign.id.0);
        assert_eq!(load_whole(&bench.database().await, &which).await, *stored);
    }
    assert_eq!(store.import(&in_files, &campaigns[0].campaign.id).await.unwrap(), Imported::ThereAlready);
    // A database that is behind is brought up to the files.
    bench.sql().await.execute("delete from test_runs where campaign_id = 'one' and slot = 2").await.unwrap();
    let imported = store.import(&in_files, &campaigns[0].campaign.id).await.unwrap();
    assert_eq!(imported, Imported::Stored { runs: 2 });
    assert_eq!(load_whole(&bench.database().await, &id("one")).await, campaigns[0]);
    let fault = store.import(&in_files, &CampaignId("four".to_owned())).await.unwrap_err();
    assert!(fault.to_string().contains("no files of campaign four"), "{fault}");
}

#[tokio::test]
async fn a_campaign_goes_on_with_what_files_and_database_know_of_it() {
    let bench = Bench::new().await;
    let stored = sample::everything();
    let in_files = Store::in_files(bench.results.path());
    // The database never heard of it; its second test run was cut short.
    save(&in_files, &stored).await;
    let store = bench.store().await;
    let cut = &stored.campaign.plan.runs[1];
    let cut_folder = bench.results.path().join(&stored.campaign.id.0).join(cut.folder_name());
    std::fs::create_dir_all(&cut_folder).unwrap();
    std::fs::write(cut_folder.join("k6.log"), "half").unwrap();
    let mut resumed = stored.campaign.clone();
    (resumed.finished_at, resumed.status) = (None, CampaignStatus::Running);
    resumed.resumed_at.push(sample::noon());
    store.resume_campaign(&resumed, &[cut]).await.unwrap();
    assert!(!cut_folder.exists(), "what the first try left is still there");
    for seen in [bench.database().await, Store::in_files(bench.results.path())] {
        let loaded = seen.load(&WhichCampaign::Latest).await.unwrap();
        assert_eq!(loaded.campaign, resumed);
        assert_eq!(loaded.runs[0].run.id, stored.runs[0].run.id);
    }
}
