use std::{
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, sleep_until},
};

use crate::{Behaviour, Call, Fate, draw::Draw, log};

/// More than any test has.
const ALL: usize = 1 << 20;

/// The service itself: servers, a queue before them, and the record of the calls.
#[derive(Debug)]
pub struct Queue {
    behaviour: Behaviour,
    servers: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    draw: Draw,
    calls: Vec<Call>,
    first: Option<Instant>,
    stalled_until: Option<Instant>,
}

impl Queue {
    /// Nobody has called yet.
    pub fn new(behaviour: Behaviour) -> Self {
        let servers = if behaviour.servers == 0 { ALL } else { behaviour.servers };
        let draw = Draw::new(behaviour.mean_ms, behaviour.exponential, behaviour.seed);
        let state = State { draw, calls: Vec::new(), first: None, stalled_until: None };
        Self { behaviour, servers: Semaphore::new(servers), state: Mutex::new(state) }
    }

    /// Serves one call and gives its fate when it is time for the answer. One that
    /// hangs comes back never.
    pub async fn serve(&self, entity_id: &str) -> Fate {
        let (index, fate, stalled_until) = self.arrive(entity_id);
        match fate {
            Fate::Hung => return std::future::pending().await,
            Fate::Dropped => return fate,
            Fate::Broken => {
                self.end(index);
                return fate;
            }
            Fate::Acknowledged | Fate::Refused => {}
        }
        if let Some(until) = stalled_until {
            sleep_until(until).await;
        }
        let server = self.servers.acquire().await;
        self.work(index, server.ok()).await;
        fate
    }

    /// Whether an answer ends its connection.
    pub fn closes_connections(&self) -> bool {
        self.behaviour.close_connections
    }

    /// Writes down all calls so far.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn write_log(&self) -> io::Result<()> {
        log::write(&self.behaviour.log, &self.state().calls)
    }

    fn arrive(&self, entity_id: &str) -> (usize, Fate, Option<Instant>) {
        let (now, mut state) = (Instant::now(), self.state());
        let index = state.calls.len();
        let call = index as u64 + 1;
        state.first.get_or_insert(now);
        if let Some(stall) = self.behaviour.stall.filter(|stall| stall.at_call == call) {
            state.stalled_until = Some(now + Duration::from_millis(stall.ms));
        }
        if let Some(hoard) = self.behaviour.hoard.filter(|hoard| hoard.at_call == call) {
            // Memory is taken when it is written to.
            let _: &mut [u8] = vec![1; hoard.bytes].leak();
        }
        let fate = self.behaviour.fate(call);
        let arrived_us = now_us();
        let entity_id = entity_id.to_owned();
        state.calls.push(Call { call, entity_id, arrived_us, begun_us: arrived_us, ended_us: None, fate });
        (index, fate, state.stalled_until)
    }

    async fn work(&self, index: usize, _server: Option<SemaphorePermit<'_>>) {
        let time = self.begin(index);
        if !time.is_zero() {
            sleep(time).await;
        }
        self.end(index);
    }

    /// A server is free; gives how long it will take.
    fn begin(&self, index: usize) -> Duration {
        let mut state = self.state();
        let seconds = state.first.map_or(0.0, |first| first.elapsed().as_secs_f64());
        let slower = 1.0 + self.behaviour.slower_each_second * seconds;
        let time_ms = state.draw.next_ms() * slower;
        if let Some(call) = state.calls.get_mut(index) {
            call.begun_us = now_us();
        }
        Duration::from_secs_f64(time_ms / 1000.0)
    }

    fn end(&self, index: usize) {
        if let Some(call) = self.state().calls.get_mut(index) {
            call.ended_us = Some(now_us());
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // What a panicking call left is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_wait_for_a_server_in_their_order() {
        let queue = Queue::new(Behaviour { servers: 1, mean_ms: 5.0, ..Behaviour::default() });
        tokio::join!(queue.serve("a"), queue.serve("b"), queue.serve("c"));
        let calls = queue.state().calls.clone();
        let ids: Vec<&str> = calls.iter().map(|call| call.entity_id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert!(calls.windows(2).all(|pair| pair[0].ended_us.unwrap() <= pair[1].begun_us), "{calls:?}");
    }

    #[tokio::test]
    async fn what_happened_can_be_read_again() {
        let file = std::env::temp_dir().join(format!("stand-in-{}", std::process::id()));
        let behaviour =
            Behaviour { refuse_every: 2, drop_every: 3, log: file.clone(), ..Behaviour::default() };
        let queue = Queue::new(behaviour);
        let mut fates = Vec::new();
        for id in ["a", "b", "c"] {
            fates.push(queue.serve(id).await);
        }
        assert_eq!(fates, [Fate::Acknowledged, Fate::Refused, Fate::Dropped]);
        queue.write_log().unwrap();
        let calls = log::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(calls, queue.state().calls);
        assert!(calls[0].response_ms().is_some() && calls[2].response_ms().is_none());
    }

    #[tokio::test]
    async fn everything_waits_for_the_end_of_a_stall() {
        let stall = Some(crate::Stall { at_call: 2, ms: 1_000 });
        let queue = Queue::new(Behaviour { stall, ..Behaviour::default() });
        queue.serve("a").await;
        tokio::join!(queue.serve("b"), queue.serve("c"));
        let waited =
            queue.state().calls.iter().map(|call| call.response_ms().unwrap() >= 900.0).collect::<Vec<_>>();
        assert_eq!(waited, [false, true, true]);
    }
}
