package com.example.producer.event;

import static java.util.Objects.requireNonNull;

import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.event.Event.Entity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one entity of those with the same type and id, merged in their order, since the statement may name a row only
 * once.
 */
final class Folding {
    private record Key(String type, String id) {}

    private Folding() {}

    /** The drafts must have kept every rule. */
    static List<Entity> fold(List<DraftEntity> drafts) {
        if (drafts.size() == 1) {
            return List.of(entity(drafts.get(0)));
        }
        Map<Key, Entity> folded = new LinkedHashMap<>();
        for (DraftEntity draft : drafts) {
            Entity entity = entity(draft);
            folded.merge(new Key(entity.type(), entity.id()), entity, Folding::merge);
        }
        return new ArrayList<>(folded.values());
    }

    private static Entity entity(DraftEntity draft) {
        return new Entity(
                requireNonNull(draft.type()),
                requireNonNull(draft.id()),
                requireNonNull(draft.attributes()).json());
    }

    /**
     * Writes the members of both objects into one, the newer ones last. A name that is then there twice keeps its last
     * value, as PostgreSQL's jsonb promises: that is the shallow merge, and no value has to be understood for it.
     */
    private static Entity merge(Entity older, Entity newer) {
        String oldMembers = members(older.attributes());
        String newMembers = members(newer.attributes());
        String separator = oldMembers.isEmpty() || newMembers.isEmpty() ? "" : ",";
        return new Entity(older.type(), older.id(), "{" + oldMembers + separator + newMembers + "}");
    }

    /** What is between the braces of an object. */
    private static String members(String object) {
        String trimmed = object.strip();
        return trimmed.substring(1, trimmed.length() - 1).strip();
    }
}
