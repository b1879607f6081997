/** Reads events from JSON. Decides what is malformed; whether an event keeps the rules is not decided here. */
@NullMarked
package com.example.producer.rest.json;

import org.jspecify.annotations.NullMarked;
