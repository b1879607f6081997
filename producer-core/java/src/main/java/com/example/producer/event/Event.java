package com.example.producer.event;

import java.util.List;

/** A draft that kept every rule, reduced to what is stored. No type and id occur twice in it. */
public record Event(List<Entity> entities) {

    /**
     * One row to create or merge.
     *
     * @param attributes the text of a JSON object
     */
    public record Entity(String type, String id, String attributes) {}
}
