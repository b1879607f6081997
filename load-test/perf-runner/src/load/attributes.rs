//! What entities of each kind look like: plausible attributes, seeded, grown to
//! an exact length.

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Map, Value, json};

/// What an event of one kind is about.
pub(super) struct Kind {
    /// Starts the entity's id.
    pub(super) word: &'static str,
    /// `eventName` and `eventType`.
    pub(super) event_name: &'static str,
    /// `entityType`.
    pub(super) entity_type: &'static str,
    /// Attributes that even a small event has, the most telling first.
    facts: fn(&mut StdRng) -> Vec<(&'static str, Value)>,
    /// The list that makes an event large, and one element of it.
    list: (&'static str, fn(&mut StdRng) -> Value),
}

/// The events people send.
pub(super) const KINDS: [Kind; 5] = [
    Kind {
        word: "car",
        event_name: "CarCreated",
        entity_type: "Car",
        facts: car,
        list: ("equipment", equipment),
    },
    Kind {
        word: "loan",
        event_name: "LoanCreated",
        entity_type: "Loan",
        facts: loan,
        list: ("schedule", instalment),
    },
    Kind {
        word: "payment",
        event_name: "LoanPaymentSubmitted",
        entity_type: "LoanPayment",
        facts: payment,
        list: ("allocations", allocation),
    },
    Kind {
        word: "carservice",
        event_name: "CarServiceDone",
        entity_type: "ServiceRecord",
        facts: car_service,
        list: ("parts", part),
    },
    Kind {
        word: "service",
        event_name: "ServiceDone",
        entity_type: "ServiceRecord",
        facts: service,
        list: ("work", work),
    },
];

/// The attribute whose text makes the length exact.
const NOTE: &str = "note";

const WORDS: [&str; 16] = [
    "customer",
    "asked",
    "for",
    "an",
    "early",
    "reply",
    "documents",
    "checked",
    "and",
    "complete",
    "branch",
    "office",
    "will",
    "call",
    "next",
    "week",
];

/// Attributes of this kind whose JSON text has exactly `bytes` bytes; longer
/// only if not even an empty note fits.
pub(super) fn of(kind: &Kind, bytes: usize, random: &mut StdRng) -> Map<String, Value> {
    let mut attributes = Map::new();
    attributes.insert(NOTE.to_owned(), json!(""));
    // `{"note":""}`, and from here on every member brings its comma.
    let mut free = bytes.saturating_sub(text_bytes(&Value::Object(attributes.clone())));
    for (name, value) in (kind.facts)(random) {
        if let Some(left) = free.checked_sub(member_bytes(name, &value)) {
            attributes.insert(name.to_owned(), value);
            free = left;
        }
    }
    let (name, element) = kind.list;
    let elements = fill(free.saturating_sub(member_bytes(name, &json!([]))), element, random);
    if !elements.is_empty() {
        let list = Value::Array(elements);
        free -= member_bytes(name, &list);
        attributes.insert(name.to_owned(), list);
    }
    attributes.insert(NOTE.to_owned(), json!(prose(free, random)));
    attributes
}

/// As many elements as fit.
fn fill(mut free: usize, element: fn(&mut StdRng) -> Value, random: &mut StdRng) -> Vec<Value> {
    let mut elements = Vec::new();
    loop {
        let next = element(random);
        let comma = usize::from(!elements.is_empty());
        let Some(left) = free.checked_sub(text_bytes(&next) + comma) else { return elements };
        free = left;
        elements.push(next);
    }
}

/// Words, cut to length.
fn prose(bytes: usize, random: &mut StdRng) -> String {
    let mut text = String::with_capacity(bytes + 16);
    while text.len() < bytes {
        text.push_str(pick(random, &WORDS));
        text.push(' ');
    }
    text.truncate(bytes);
    text
}

fn text_bytes(value: &Value) -> usize {
    value.to_string().len()
}

/// `,"name":value`; names need no escaping.
fn member_bytes(name: &str, value: &Value) -> usize {
    name.len() + 4 + text_bytes(value)
}

fn pick<'a, T: ?Sized>(random: &mut StdRng, choices: &[&'a T]) -> &'a T {
    choices[random.random_range(0..choices.len())]
}

/// An amount in whole cents.
fn money(random: &mut StdRng, from: u32, to: u32) -> Value {
    json!(f64::from(random.random_range(from * 100..to * 100)) / 100.0)
}

fn day(random: &mut StdRng) -> String {
    let (month, day) = (random.random_range(1..=12), random.random_range(1..=28));
    format!("{}-{month:02}-{day:02}", random.random_range(2022..=2025))
}

fn number(random: &mut StdRng, prefix: &str) -> String {
    format!("{prefix}{:05}", random.random_range(0..100_000))
}

fn car(random: &mut StdRng) -> Vec<(&'static str, Value)> {
    let (make, model) = *pick(random, &[&("Volvo", "V60"), &("Skoda", "Octavia"), &("Toyota", "Corolla")]);
    vec![
        ("make", json!(make)),
        ("model", json!(model)),
        ("year", json!(random.random_range(2012..=2025))),
        ("mileage", json!(random.random_range(0..180_000))),
        ("color", json!(pick(random, &["black", "silver", "dark blue", "red"]))),
        ("electric", json!(random.random_bool(0.3))),
        ("price", money(random, 4_000, 70_000)),
    ]
}

fn equipment(random: &mut StdRng) -> Value {
    json!({
        "code": number(random, "EQ-"),
        "name": pick(random, &["winter wheels", "tow bar", "heat pump", "parking camera", "panorama roof"]),
        "price": money(random, 80, 3_500),
        "standard": random.random_bool(0.5),
    })
}

fn loan(random: &mut StdRng) -> Vec<(&'static str, Value)> {
    vec![
        ("balance", money(random, 2_000, 60_000)),
        ("status", json!(pick(random, &["ACTIVE", "PENDING", "APPROVED"]))),
        ("interestRate", json!(f64::from(random.random_range(150..900_u32)) / 100.0)),
        ("termMonths", json!(pick(random, &[&24, &36, &48, &60]))),
        ("lastPaidDate", Value::Null),
        ("borrower", json!({ "customerId": number(random, "C"), "segment": "private" })),
    ]
}

fn instalment(random: &mut StdRng) -> Value {
    json!({
        "dueDate": day(random),
        "principal": money(random, 100, 900),
        "interest": money(random, 1, 90),
        "balance": money(random, 100, 60_000),
        "paid": random.random_bool(0.4),
    })
}

fn payment(random: &mut StdRng) -> Vec<(&'static str, Value)> {
    vec![
        ("loanId", json!(number(random, "loan-"))),
        ("amount", money(random, 50, 950)),
        ("method", json!(pick(random, &["transfer", "card", "debit"]))),
        ("currency", json!("EUR")),
        ("final", json!(random.random_bool(0.1))),
    ]
}

fn allocation(random: &mut StdRng) -> Value {
    json!({
        "instalment": random.random_range(1..=60),
        "dueDate": day(random),
        "amount": money(random, 1, 950),
        "kind": pick(random, &["principal", "interest", "fee"]),
    })
}

fn car_service(random: &mut StdRng) -> Vec<(&'static str, Value)> {
    vec![
        ("carId", json!(number(random, "car-"))),
        ("mileage", json!(random.random_range(5_000..180_000))),
        ("cost", money(random, 60, 2_400)),
        ("warranty", json!(random.random_bool(0.2))),
        ("nextServiceDate", json!(day(random))),
    ]
}

fn part(random: &mut StdRng) -> Value {
    json!({
        "number": number(random, "P-"),
        "name": pick(random, &["oil filter", "brake pads", "wiper blades", "timing belt"]),
        "quantity": random.random_range(1..=4),
        "unitPrice": money(random, 5, 480),
    })
}

fn service(random: &mut StdRng) -> Vec<(&'static str, Value)> {
    vec![
        ("serviceType", json!(pick(random, &["inspection", "repair", "tyre change"]))),
        ("cost", money(random, 40, 1_800)),
        ("hours", json!(f64::from(random.random_range(2..40_u32)) / 4.0)),
        ("technician", json!({ "id": number(random, "T"), "certified": true })),
        ("done", json!(true)),
    ]
}

fn work(random: &mut StdRng) -> Value {
    json!({
        "step": pick(random, &["drain oil", "replace filter", "check brakes", "road test", "update software"]),
        "minutes": random.random_range(5..90),
        "bay": random.random_range(1..=12),
        "remarks": [pick(random, &["worn", "fine", "replaced"]), null],
    })
}
