/** The REST wire: JSON to events, faults to problem+json by one table, health, and the limits of a connection. */
@NullMarked
package com.example.producer.rest.server;

import org.jspecify.annotations.NullMarked;
