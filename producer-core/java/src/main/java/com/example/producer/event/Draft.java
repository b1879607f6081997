package com.example.producer.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event as it was sent: of the right types, its rules not yet checked. Whatever was absent or null is null here.
 */
public record Draft(@Nullable Header header, @Nullable Body body) {

    /** eventHeader. */
    public record Header(
            @Nullable String uuid,
            @Nullable String eventName,
            @Nullable EventDate createdDate,
            @Nullable EventDate savedDate,
            @Nullable String eventType) {}

    /** eventBody. */
    public record Body(@Nullable Entities entities) {}

    /**
     * The entities of a draft.
     *
     * @param kept the first {@link EventRules#MAX_ENTITIES} of them: an event with more is refused whatever they say, and
     *     a body of a million empty ones must not cost the memory of a million
     * @param count how many were sent
     */
    public record Entities(List<DraftEntity> kept, int count) {}

    /** One element of entities. */
    public record DraftEntity(
            @Nullable String type,
            @Nullable String id,
            @Nullable Attributes attributes,
            boolean isNull) {

        /** The JSON null in place of an entity. */
        public static final DraftEntity NULL = new DraftEntity(null, null, null, true);
    }
}
