/** The REST service: main. */
@NullMarked
package com.example.producer.rest;

import org.jspecify.annotations.NullMarked;
