//! Plays cases on one running service.

mod condition;
mod database;
mod sender;

use std::time::{Duration, Instant};

use self::{
    condition::{Held, Means},
    database::Database,
    sender::Sender,
};
use super::{
    Contract,
    case::{Case, Condition, Expect, Requests, Send, Step},
    compare,
    verdict::{CaseVerdict, Difference, Outcome},
};
use crate::{
    fault::Fault,
    model::{Endpoint, Protocol},
    progress::{Event, Observer, watched},
    wire::{Reply, WireFault},
};

/// Longer than any case takes that goes well.
const CASE_LIMIT: Duration = Duration::from_secs(90);
/// The pause before a reply that is not yet as expected is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// How many of many equal differences are told.
const TOLD: usize = 3;

/// A running service, and what the runner may do around it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Its database, as a role that may empty the table. Cases that move the table
    /// out of the way need its owner, those that take the database away a
    /// superuser. **Every row of the table is lost.** None: rows are not checked.
    pub database_url: Option<String>,
    /// Its process, which a case may ask to stop; none forbids that.
    pub pid: Option<u32>,
}

/// Plays all cases on one service, one after the other, those that end the
/// service last. The verdicts are in the order of the contract.
///
/// # Errors
/// When the service does not answer or the database cannot be used at all, before
/// the first case. Whatever happens later is part of a verdict.
pub async fn play(
    contract: &Contract,
    target: &Target,
    observer: &dyn Observer,
) -> Result<Vec<CaseVerdict>, Fault> {
    let what = format!("verify {}", target.endpoint.authority);
    watched(observer, &what, async {
        let mut player = Player::open(contract, target).await?;
        let mut order: Vec<usize> = (0..contract.cases.len()).collect();
        order.sort_by_key(|index| contract.cases[*index].ends_service());
        let mut verdicts: Vec<(usize, CaseVerdict)> = Vec::with_capacity(order.len());
        for (played, index) in order.into_iter().enumerate() {
            let case = &contract.cases[index];
            let detail = format!("{}/{} {}", played + 1, contract.cases.len(), case.name);
            observer.observe(&Event::WorkProgress { what: what.clone(), detail });
            verdicts.push((index, player.verdict(case).await));
        }
        verdicts.sort_by_key(|(index, _)| *index);
        Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
    })
    .await
}

/// Plays cases on one service, one after the other.
pub(super) struct Player<'a> {
    contract: &'a Contract,
    wire: Protocol,
    sender: Sender,
    database: Option<Database>,
    means: Means,
}

impl<'a> Player<'a> {
    /// Connects to the service and its database, and sees that both answer.
    ///
    /// # Errors
    /// When one of them does not.
    pub(super) async fn open(contract: &'a Contract, target: &Target) -> Result<Self, Fault> {
        let database = match &target.database_url {
            Some(url) => Some(Database::open(url).await?),
            None => None,
        };
        let unfit = |fault: WireFault| {
            Fault::failed("the service cannot be verified")
                .cause(fault)
                .repair("start it, with its database, and see that its health call succeeds")
        };
        crate::wire::health(&target.endpoint).await.map_err(unfit)?;
        let sender = Sender::open(&target.endpoint).await.map_err(unfit)?;
        let means = Means::of(database.as_ref(), target.pid);
        Ok(Self { contract, wire: target.endpoint.protocol, sender, database, means })
    }

    async fn verdict(&mut self, case: &Case) -> CaseVerdict {
        let began = Instant::now();
        let outcome = match self.obstacle(case) {
            Some(outcome) => outcome,
            None => match tokio::time::timeout(CASE_LIMIT, self.differences(case)).await {
                Ok(Ok(differences)) if differences.is_empty() => {
                    Outcome::Passed { rows_checked: self.database.is_some() }
                }
                Ok(Ok(differences)) => Outcome::Failed { differences },
                Ok(Err(fault)) => Outcome::NotPlayed { reason: fault.to_string() },
                Err(_) => {
                    let limit = format!("an end within {} s", CASE_LIMIT.as_secs());
                    Outcome::Failed { differences: vec![Difference::new(limit, "none").at("case")] }
                }
            },
        };
        if let Some(database) = &mut self.database {
            // A case that was cut short may have left its condition behind.
            if let Err(fault) = database.repair().await {
                tracing::error!(case = case.name, %fault, "the database is not as it was before the case");
            }
        }
        CaseVerdict {
            file: case.file.clone(),
            line: case.line,
            case: case.name.clone(),
            wire: self.wire,
            outcome,
            took_ms: began.elapsed().as_secs_f64() * 1000.0,
        }
    }

    /// Why a case is not played here, if it is not.
    fn obstacle(&self, case: &Case) -> Option<Outcome> {
        if !case.wires.contains(&self.wire) {
            return Some(Outcome::OtherWire);
        }
        let missing = case.steps.iter().filter_map(|step| step.condition).find_map(|it| self.means.lack(it));
        let reason = match missing {
            Some(reason) => reason,
            None if self.means.stopped => "the service was stopped by a case before".to_owned(),
            None if !case.given.is_empty() && self.database.is_none() => {
                "rows must be there before it, and the database was not given".to_owned()
            }
            None => return None,
        };
        Some(Outcome::NotPlayed { reason })
    }

    /// Plays one case.
    ///
    /// # Errors
    /// When something other than the service keeps the case from being played.
    pub(super) async fn differences(&mut self, case: &Case) -> Result<Vec<Difference>, Fault> {
        let mut began = None;
        if let Some(database) = &mut self.database {
            began = Some(database.prepare(&case.given).await?);
        }
        let mut differences = Vec::new();
        let mut acknowledged = Vec::new();
        for (index, step) in case.steps.iter().enumerate() {
            let place = format!("step {}", index + 1);
            let (found, stored) = self.step(step).await?;
            // A health call that comes later says nothing of the events before it.
            if matches!(step.send, Send::Concurrently(_)) {
                acknowledged = stored;
            }
            differences.extend(found.into_iter().map(|difference| difference.at(&place)));
        }
        if let (Some(database), Some(began)) = (&mut self.database, began) {
            let expected = compare::rows::expected(case, &acknowledged)
                .map_err(|fault| Fault::failed(fault.to_string()))?;
            let (stored, times) = database.rows(&expected, began).await?;
            let found = compare::rows::differences(&expected, &stored, times);
            differences.extend(found.into_iter().map(|difference| difference.at("rows")));
        }
        Ok(differences)
    }

    /// Plays one step; gives the differences, and the numbers of the requests that
    /// were answered with success.
    async fn step(&mut self, step: &Step) -> Result<(Vec<Difference>, Vec<usize>), Fault> {
        // Made before the condition, which may last for a short time only.
        let requests = step.send.requests(self.wire).map_err(|fault| Fault::failed(fault.to_string()))?;
        let held = match step.condition {
            Some(condition) => Some(Held::begin(condition, self.database.as_mut(), &self.means).await?),
            None => None,
        };
        let until = step.within_ms.map(|limit| Instant::now() + Duration::from_millis(limit));
        let (mut differences, mut acknowledged) = self.send(step, requests.clone()).await;
        while !differences.is_empty() && until.is_some_and(|until| Instant::now() < until) {
            tokio::time::sleep(ASK_AGAIN).await;
            (differences, acknowledged) = self.send(step, requests.clone()).await;
        }
        if let Some(held) = held {
            differences.extend(held.end(self.database.as_mut(), &mut self.means).await?);
        }
        Ok((differences, acknowledged))
    }

    async fn send(&self, step: &Step, requests: Requests) -> (Vec<Difference>, Vec<usize>) {
        let is_patient = matches!((&step.send, &step.expect), (Send::Concurrently(_), Expect::Accepted));
        let replies = self.sender.send_all(requests, is_patient).await;
        let acknowledged = replies.iter().enumerate().filter(|(_, reply)| is_success(reply));
        let acknowledged = acknowledged.map(|(number, _)| number).collect();
        (self.judge(step, &replies), acknowledged)
    }

    fn judge(&self, step: &Step, replies: &[Result<Reply, WireFault>]) -> Vec<Difference> {
        let faults = &self.contract.faults;
        let held = |expect: &Expect, reply| compare::reply(expect, self.wire, reply, faults);
        let mut differences: Vec<Difference> =
            replies.iter().flat_map(|reply| held(&step.expect, reply)).collect();
        let all = differences.len();
        if all > TOLD {
            differences.truncate(TOLD);
            differences.push(Difference::new("no difference", format!("{all} in all")));
        }
        let absent =
            step.some.iter().filter(|some| !replies.iter().any(|reply| held(some, reply).is_empty()));
        differences.extend(absent.map(|some| Difference::new(format!("some reply to be {some}"), "none")));
        differences
    }
}

fn is_success(reply: &Result<Reply, WireFault>) -> bool {
    reply.as_ref().is_ok_and(Reply::is_success)
}

impl Case {
    fn ends_service(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.condition, Some(Condition::Stopping(_))))
    }
}
