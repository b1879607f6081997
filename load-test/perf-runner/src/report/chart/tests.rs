use super::{figure::px, scale::Scale, *};

fn heading() -> Heading {
    Heading { id: "c1".to_owned(), title: "A <chart>".to_owned(), reading: "One & all".to_owned() }
}

fn labels(ticks: &[ticks::Tick]) -> Vec<&str> {
    ticks.iter().map(|tick| tick.label.as_str()).collect()
}

#[test]
fn ticks_are_at_one_two_and_five() {
    assert_eq!(labels(&ticks::from_zero(1_790.0, 6)), ["0", "500", "1,000", "1,500", "2,000"]);
    assert_eq!(labels(&ticks::from_zero(0.0, 4)), ["0.0", "0.5", "1.0"]);
    assert_eq!(labels(&ticks::from_zero(0.9, 4)), ["0.0", "0.5", "1.0"]);
    assert_eq!(labels(&ticks::log(8.7, 2_300.0)), ["10", "20", "50", "100", "200", "500", "1,000", "2,000"]);
    assert_eq!(labels(&ticks::log(0.5, 20_000.0)), ["1", "10", "100", "1,000", "10,000"]);
    assert_eq!(labels(&ticks::between(-4.0, 4.0, 4)), ["-4", "-2", "0", "2", "4"]);
}

#[test]
fn scales_spread_by_difference_by_ratio_and_by_rarity() {
    let at = |scale: Scale, values: [f64; 3]| values.map(|value| px(scale.at(value)));
    assert_eq!(at(Scale::linear((0.0, 10.0), (0.0, 100.0)), [0.0, 5.0, 20.0]), ["0", "50", "100"]);
    assert_eq!(at(Scale::log((1.0, 100.0), (0.0, 100.0)), [1.0, 10.0, 0.0]), ["0", "50", "0"]);
    assert_eq!(at(Scale::percentile((0.0, 0.999), (0.0, 90.0)), [0.9, 0.99, 0.999]), ["30", "60", "90"]);
    assert_eq!(px(Scale::linear((3.0, 3.0), (0.0, 10.0)).at(f64::NAN)), "0");
}

#[test]
fn labels_are_pushed_apart_and_stay_inside() {
    let spread = label::spread(&[10.0, 11.0, 12.0, 99.0], 14.0, (0.0, 100.0));
    assert!(spread.windows(2).all(|pair| pair[1] - pair[0] >= 14.0 - 1e-9), "{spread:?}");
    assert!(spread.iter().all(|place| (0.0..=100.0).contains(place)));
    assert_eq!(label::spread(&[50.0, 20.0], 14.0, (0.0, 100.0)), [50.0, 20.0]);
}

#[test]
fn a_chart_has_a_name_and_no_markup_from_outside() {
    let bar = PeakBar {
        name: "</svg><script>".to_owned(),
        style: 7,
        estimate: 1_000.0,
        interval: Some((950.0, 1_050.0)),
        rounds: vec![990.0, 1_010.0],
        is_lower_bound: true,
        text: "\"1,000\"".to_owned(),
    };
    let svg = peak(&heading(), &[bar], Some(1_200.0));
    assert!(
        svg.starts_with(r#"<svg viewBox="0 0 760 88" role="img" aria-labelledby="c1-title c1-desc">"#),
        "{svg}"
    );
    assert!(svg.contains("<title id=\"c1-title\">A &#60;chart&#62;</title>"));
    assert!(!svg.contains("<script") && svg.matches("</svg>").count() == 1);
    assert!(svg.contains("<g class=\"s1 m\">"), "a seventh style is the first one again but one");
}

#[test]
fn a_line_has_the_points_that_it_needs_to_look_as_it_is() {
    let straight: Vec<(f64, f64)> = (0..50).map(|x| (f64::from(x), f64::from(x) * 0.5)).collect();
    assert_eq!(thin::thinned(&straight), [straight[0], straight[49]]);
    let peak = [(0.0, 10.0), (1.0, 10.0), (2.0, 7.0), (3.0, 10.1), (4.0, 10.0)];
    assert_eq!(thin::thinned(&peak), [peak[0], peak[1], peak[2], peak[3], peak[4]]);
    let circle: Vec<(f64, f64)> = (0..=360)
        .map(|degree| f64::from(degree).to_radians().sin_cos())
        .map(|(y, x)| (90.0 * x, 90.0 * y))
        .collect();
    let few = thin::thinned(&circle);
    assert!((30..120).contains(&few.len()), "{} points", few.len());
    for (x, y) in
        few.windows(2).map(|pair| (f64::midpoint(pair[0].0, pair[1].0), f64::midpoint(pair[0].1, pair[1].1)))
    {
        assert!((x.hypot(y) - 90.0).abs() < 0.3, "no chord passes the circle by more than the tolerance");
    }
    assert_eq!(thin::thinned(&[]), []);
}

#[test]
fn what_is_invalid_is_hollow_and_crossed() {
    let point = |x: f64, is_valid: bool| Point { x, y: x, is_valid, hover: String::new() };
    let series =
        vec![Series { name: "a".to_owned(), style: 0, points: vec![point(10.0, true), point(100.0, false)] }];
    let svg = scaling(&heading(), &Scaling { series, client_limit: vec![], knee: None });
    assert_eq!((svg.matches("<circle").count(), svg.matches("class=\"bad\"").count()), (1, 1));
}

#[test]
fn nothing_can_be_drawn_without_breaking() {
    for svg in [
        peak(&heading(), &[], None),
        scaling(&heading(), &Scaling { series: vec![], client_limit: vec![], knee: None }),
        trade(&heading(), &[]),
        tail(&heading(), None, &[]),
        pairs(&heading(), &[]),
        time(&heading(), &[], &[]),
        resources(&heading(), &[]),
        rounds(&heading(), &[]),
    ] {
        assert!(svg.ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn the_drawing_of_pairs() {
    let bar = |ratio, is_different, text: &str| PairBar {
        of: "rust-rest".to_owned(),
        to: "go-rest".to_owned(),
        ratio,
        is_different,
        text: text.to_owned(),
    };
    let bars = [
        bar((1.09, 1.12, 1.15), true, "1.12 (1.09\u{2013}1.15)"),
        bar((0.97, 1.03, 1.09), false, "1.03 (0.97\u{2013}1.09)"),
    ];
    insta::assert_snapshot!("pairs", pairs(&heading(), &bars).replace("><", ">\n<"));
}
