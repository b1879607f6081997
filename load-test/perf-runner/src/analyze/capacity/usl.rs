//! The universal scalability law, X(N) = l N / (1 + s (N - 1) + k N (N - 1)), with
//! the busy users X R for N, so that the think time is not taken for contention.
//! It invents peaks where it does not fit, so it is shown only behind its gates.

use crate::{
    analyze::statistics,
    model::{Cell, PhaseAnalysis, Scalability},
};

const PHASES_NEEDED: usize = 6;
const PAST_KNEE_NEEDED: usize = 2;
const WORST_RESIDUAL: f64 = 0.1;

/// One phase: busy users and throughput per second.
#[derive(Clone, Copy)]
struct Point {
    busy: f64,
    per_s: f64,
}

#[derive(Clone, Copy)]
struct Law {
    lambda: f64,
    sigma: f64,
    kappa: f64,
}

/// Fits the law to the phases of one API whose knee is at this many VUs.
pub(super) fn fit(phases: &[PhaseAnalysis], knee_vus: f64) -> Scalability {
    match fitted(phases, knee_vus) {
        Ok((law, worst_residual)) => {
            Scalability::Fits { lambda: law.lambda, sigma: law.sigma, kappa: law.kappa, worst_residual }
        }
        Err(reason) => Scalability::None { reason },
    }
}

fn fitted(phases: &[PhaseAnalysis], knee_vus: f64) -> Result<(Law, f64), String> {
    let points: Vec<(u32, Point)> = phases.iter().filter_map(point).collect();
    if points.len() < PHASES_NEEDED {
        return Err(format!("{} usable loads, {PHASES_NEEDED} are needed", points.len()));
    }
    let past = points.iter().filter(|(vus, _)| f64::from(*vus) > knee_vus).count();
    if past < PAST_KNEE_NEEDED {
        return Err(format!("{past} loads beyond the knee, {PAST_KNEE_NEEDED} are needed"));
    }
    let points: Vec<Point> = points.into_iter().map(|(_, point)| point).collect();
    let law = least_squares(&points).ok_or("the loads do not determine its three parameters")?;
    // Bounds by leaving out one load after the other: no randomness in a report.
    let is_stable = (0..points.len()).all(|left_out| {
        let rest = points.iter().enumerate().filter(|(index, _)| *index != left_out);
        least_squares(&rest.map(|(_, point)| *point).collect::<Vec<_>>()).is_some_and(|law| law.is_physical())
    });
    if !law.is_physical() || !is_stable {
        return Err("its parameters have no bounds that make sense".to_owned());
    }
    let worst = points.iter().map(|point| (law.at(point.busy) / point.per_s - 1.0).abs()).fold(0.0, f64::max);
    if worst > WORST_RESIDUAL {
        return Err(format!("it misses a load by {:.0} %, 10 % are tolerated", worst * 100.0));
    }
    Ok((law, worst))
}

fn point(phase: &PhaseAnalysis) -> Option<(u32, Point)> {
    let per_s = phase.throughput_per_s.filter(|rate| *rate > 0.0)?;
    let usable = phase.cells.iter().filter(|cell: &&Cell| cell.is_usable());
    let calls: Vec<f64> = usable.filter_map(|cell| cell.mean_call_ms).collect();
    let busy = per_s * statistics::mean(&calls)? / 1000.0;
    Some((phase.load.closed_vus()?, Point { busy, per_s }))
}

impl Law {
    fn at(&self, busy: f64) -> f64 {
        self.lambda * busy / (1.0 + self.sigma * (busy - 1.0) + self.kappa * busy * (busy - 1.0))
    }

    fn is_physical(&self) -> bool {
        [self.lambda, self.sigma, self.kappa].iter().all(|parameter| parameter.is_finite())
            && self.lambda > 0.0
            && self.sigma >= 0.0
            && self.kappa >= 0.0
    }
}

/// N / X is linear in 1, N - 1 and N (N - 1); weighted so that shares count, not
/// differences.
fn least_squares(points: &[Point]) -> Option<Law> {
    let mut normal = [[0.0; 4]; 3];
    for Point { busy, per_s } in points {
        let y = busy / per_s;
        let row = [1.0 / y, (busy - 1.0) / y, busy * (busy - 1.0) / y];
        for (equation, left) in normal.iter_mut().zip(row) {
            for (cell, right) in equation.iter_mut().zip([row[0], row[1], row[2], 1.0]) {
                *cell += left * right;
            }
        }
    }
    let [a, b, c] = solved(normal)?;
    (a > 0.0).then(|| Law { lambda: 1.0 / a, sigma: b / a, kappa: c / a })
}

/// Gauss with pivots; none when the equations do not determine the unknowns.
fn solved(mut rows: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for step in 0..3 {
        let pivot = (step..3).max_by(|a, b| rows[*a][step].abs().total_cmp(&rows[*b][step].abs()))?;
        rows.swap(step, pivot);
        if rows[step][step].abs() < 1e-12 {
            return None;
        }
        let above = rows[step];
        for row in &mut rows[step + 1..] {
            let factor = row[step] / above[step];
            for (cell, known) in row.iter_mut().zip(above) {
                *cell -= factor * known;
            }
        }
    }
    let mut found = [0.0; 3];
    for step in (0..3).rev() {
        let known: f64 = (step + 1..3).map(|column| rows[step][column] * found[column]).sum();
        found[step] = (rows[step][3] - known) / rows[step][step];
    }
    Some(found)
}
