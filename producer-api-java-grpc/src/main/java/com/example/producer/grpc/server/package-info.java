/** The gRPC wire: messages to events, faults to statuses by one table, health, and the limits of a call. */
@NullMarked
package com.example.producer.grpc.server;

import org.jspecify.annotations.NullMarked;
