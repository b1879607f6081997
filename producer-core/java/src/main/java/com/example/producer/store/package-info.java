/** Writes entities with the one statement of postgres/queries and turns what PostgreSQL says into faults. */
@NullMarked
package com.example.producer.store;

import org.jspecify.annotations.NullMarked;
