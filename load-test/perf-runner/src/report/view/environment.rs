//! The host as it was before anything was started.

use super::{Named, format, named};
use crate::model::HostFacts;

pub(super) fn facts(host: &HostFacts) -> Vec<Named> {
    // Every field by name: a new fact must be shown or be left out on purpose.
    let HostFacts {
        cpu_model,
        cores,
        memory_bytes,
        memory_available_bytes,
        kernel,
        distribution,
        open_files_limit,
        ephemeral_ports,
        load_average,
        free_disk_bytes,
        virtualised,
        tools,
        database,
        containers,
        generator,
    } = host;
    let text = |name: &str, value: Option<&str>| named(name, value.unwrap_or("not known"));
    let ports = ephemeral_ports.map(|(first, last)| format!("{first} to {last}"));
    let load = load_average.map(|load| format!("{load:.2}"));
    let virtualised = virtualised.map(|it_is| if it_is { "yes" } else { "no" });
    let mut facts = vec![
        text("Processor", cpu_model.as_deref()),
        text("Logical processors", Some(&cores.to_string())),
        text("Virtualised", virtualised),
        text("Memory", size(*memory_bytes).as_deref()),
        text("Memory available", size(*memory_available_bytes).as_deref()),
        text("Disk free for results", size(*free_disk_bytes).as_deref()),
        text("Load average before", load.as_deref()),
        text("System", distribution.as_deref()),
        text("Kernel", kernel.as_deref()),
        text("Open files limit", open_files_limit.map(|limit| format::count(limit).text).as_deref()),
        text("Outgoing ports", ports.as_deref()),
    ];
    facts.extend(
        tools.iter().map(|tool| named(&tool.name, tool.version.as_deref().unwrap_or("not installed"))),
    );
    // Twelve digits tell builds apart; campaigns of before this was kept have none.
    let short = |id: &String| id.chars().take(12).collect::<String>();
    facts.extend(generator.iter().map(|id| named("Generator's build and scripts", &short(id))));
    facts.extend(database.iter().map(|(setting, value)| named(&format!("PostgreSQL {setting}"), value)));
    facts.extend(containers.iter().map(|(fact, value)| named(&format!("Containers {fact}"), value)));
    facts
}

fn size(bytes: Option<u64>) -> Option<String> {
    bytes.map(|bytes| format::bytes(Some(bytes)).text)
}
