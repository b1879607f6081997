/** The one use case: check the whole event, store it in one transaction, answer after the commit. */
@NullMarked
package com.example.producer.ingest;

import org.jspecify.annotations.NullMarked;
