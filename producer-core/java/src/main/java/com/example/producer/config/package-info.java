/** The variables that all services share, read once at the start. Nothing in it can print a secret. */
@NullMarked
package com.example.producer.config;

import org.jspecify.annotations.NullMarked;
