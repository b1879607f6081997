//! What changed from one campaign to another, for the terminal.

use comfy_table::{CellAlignment, ContentArrangement};

use super::{
    text::{WIDTH, empty_table, rendered, wrapped},
    view::{ChangeView, ChangesView},
};
use crate::model::{CampaignChanges, PayloadSize};

/// Both campaigns, what may be said, and every figure of both.
pub fn of(changes: &CampaignChanges) -> String {
    let view = ChangesView::new(changes);
    let mut text = String::new();
    for (name, campaign) in &view.campaigns {
        text.push_str(&wrapped(&format!("{name} {campaign}"), "  "));
    }
    text.push('\n');
    text.push_str(&sentences(&view));
    for (api, payload) in apis(&view) {
        text.push_str(&table(&view, api, payload));
    }
    if !view.only_in_one.is_empty() {
        text.push_str("\nNot in both\n");
    }
    for one in &view.only_in_one {
        text.push_str(&wrapped(&format!("  {one}"), "    "));
    }
    text
}

/// What may be said, one sentence a line.
pub(super) fn sentences(view: &ChangesView) -> String {
    view.findings.iter().map(|sentence| wrapped(sentence, "")).collect()
}

/// Each once, in the order of the figures.
fn apis(view: &ChangesView) -> Vec<(&str, PayloadSize)> {
    let mut apis: Vec<(&str, PayloadSize)> =
        view.figures.iter().map(|figure| (figure.change.api.as_str(), figure.change.payload)).collect();
    apis.dedup();
    apis
}

fn table(view: &ChangesView, api: &str, payload: PayloadSize) -> String {
    let mut table = empty_table(&["load", "figure", "then", "now", "ratio (95 % CI)", "what may be said"]);
    let is_of_it = |figure: &&ChangeView| figure.change.api == api && figure.change.payload == payload;
    for figure in view.figures.iter().filter(is_of_it) {
        let dash = |text: &str| if text == "not measured" { "-".to_owned() } else { text.to_owned() };
        table.add_row([
            figure.change.load.trim_end_matches(" offered").to_owned(),
            figure.name.to_owned(),
            dash(&figure.then),
            dash(&figure.now),
            figure.ratio.clone(),
            figure.says.to_owned(),
        ]);
    }
    for column in table.column_iter_mut().skip(2).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    format!("\n{}{}", wrapped(&format!("{api}, {payload} payload"), "  "), rendered(&table))
}

#[cfg(test)]
mod tests {
    use crate::sample::{self, SIX, True, held_of};

    /// The second campaign's first API does less, and its second one is missing.
    fn changes(rounds: u32) -> super::CampaignChanges {
        let before = held_of(&SIX[..2], &[10, 200], rounds);
        let mut after = held_of(&[True { peak_per_s: 1_200.0, ..SIX[0] }], &[10, 200], rounds);
        after.campaign.id = crate::model::CampaignId("20261122-104351-full-0001".to_owned());
        sample::changed(&before, &after, &[])
    }

    #[test]
    fn text_of_a_comparison_fits_the_terminal() {
        let text = super::of(&changes(5));
        insta::assert_snapshot!("changes", text);
        let one_round = super::of(&changes(1)).replace('\n', " ");
        assert!(one_round.contains("values only: one round cannot separate them"), "{one_round}");
        let (before, after) = (sample::held(1), sample::held(1));
        let refused = super::of(&sample::changed(&before, &after, &["processors: 2 then, 4 now"]));
        let told = refused.replace('\n', " ");
        assert!(told.contains("is not compared with") && told.contains("processors: 2 then"), "{told}");
        for line in [text, refused].iter().flat_map(|text| text.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
