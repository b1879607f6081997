/** The gRPC service: main. */
@NullMarked
package com.example.producer.grpc;

import org.jspecify.annotations.NullMarked;
