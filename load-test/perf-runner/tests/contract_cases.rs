//! The contract's cases make sense, and leave no rule of the list of faults out.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, path::Path};

use perf_runner::{
    model::Protocol,
    verify::{
        Contract,
        case::{Expect, Step},
    },
};

fn contract() -> Contract {
    Contract::load(Path::new("../../contract")).unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn every_file_of_the_folder_is_a_file_of_cases() {
    let contract = contract();
    let used: BTreeSet<_> = contract.cases.iter().map(|case| case.file.clone()).collect();
    let entries = std::fs::read_dir("../../contract/cases").unwrap();
    let there = entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("README.md"));
    assert_eq!(used, there.collect::<BTreeSet<_>>());
    assert!(contract.cases.len() >= 150, "{} cases", contract.cases.len());
}

#[test]
fn every_fault_is_provoked_on_each_wire_that_has_it() {
    let contract = contract();
    let mut provoked = BTreeSet::new();
    for case in &contract.cases {
        for Step { expect, .. } in &case.steps {
            for wire in &case.wires {
                provoked.insert((expect.name().to_owned(), wire.to_string()));
                if let Expect::Bulk(bulk) = expect {
                    provoked.extend(bulk.errors.values().map(|fault| (fault.clone(), wire.to_string())));
                }
            }
        }
    }
    for fault in contract.faults.iter() {
        for (wire, has_it) in [(Protocol::Rest, fault.http.is_some()), (Protocol::Grpc, fault.grpc.is_some())]
        {
            // A message is typed, so nothing that parses has a wrong type: the fault is on the list
            // for services whose core is shared by both wires.
            if fault.name == "malformed" && wire == Protocol::Grpc {
                continue;
            }
            let is_provoked = provoked.contains(&(fault.name.clone(), wire.to_string()));
            assert!(is_provoked || !has_it, "no case provokes {} over {wire}", fault.name);
        }
    }
}

#[test]
fn every_fault_that_a_bulk_expects_is_in_the_list() {
    let contract = contract();
    for case in &contract.cases {
        for step in &case.steps {
            if let Expect::Bulk(bulk) = &step.expect {
                let unknown = bulk.errors.values().find(|fault| contract.faults.get(fault).is_none());
                assert_eq!(unknown, None, "in case `{}`", case.name);
            }
        }
    }
}
