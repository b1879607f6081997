package com.example.producer.ingest;

import com.example.producer.fault.Fault;
import java.util.SortedMap;

/**
 * What became of a batch: all events are durable but those with a fault.
 *
 * @param size how many events there were
 * @param faults the fault of each failed event, by its index
 */
public record BatchReceipt(int size, SortedMap<Integer, Fault> faults) {}
