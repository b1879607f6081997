/** What an event is and which rules it must keep. Reads and writes nothing. */
@NullMarked
package com.example.producer.event;

import org.jspecify.annotations.NullMarked;
