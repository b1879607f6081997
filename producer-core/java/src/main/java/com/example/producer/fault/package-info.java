/** The closed list of contract/faults.yaml. A wire translates a fault by one table; causes go to the log. */
@NullMarked
package com.example.producer.fault;

import org.jspecify.annotations.NullMarked;
