package com.example.producer.rest.server;

import com.example.producer.ingest.BatchReceipt;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** The reply to a bulk request of which at least one event was tried. */
record BulkReply(
        boolean success,
        String message,
        int processedCount,
        int failedCount,
        UUID batchId,
        double processingTimeMs,
        List<Failure> errors) {

    /** An event that failed. */
    record Failure(int index, String fault, String detail) {}

    static BulkReply of(BatchReceipt receipt, UUID batchId, Duration taken) {
        List<Failure> errors = receipt.faults().entrySet().stream()
                .map(entry -> new Failure(
                        entry.getKey(),
                        entry.getValue().kind().word(),
                        entry.getValue().detail()))
                .toList();
        int failed = errors.size();
        int processed = receipt.size() - failed;
        return new BulkReply(
                failed == 0,
                processed + " processed, " + failed + " failed",
                processed,
                failed,
                batchId,
                taken.toNanos() / 1_000_000.0,
                errors);
    }
}
