package com.example.producer.fault;

/**
 * One field that breaks a rule.
 *
 * @param path the field in the spelling of REST, for example {@code eventBody.entities[0].entityId}
 * @param detail what is wrong with it
 */
public record BrokenField(String path, String detail) {}
