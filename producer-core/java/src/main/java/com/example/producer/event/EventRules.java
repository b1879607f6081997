package com.example.producer.event;

import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.fault.BrokenField;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every rule of the contract about one event. */
public final class EventRules {
    /** How many entities an event may hold. */
    public static final int MAX_ENTITIES = 100;

    static final int MAX_ATTRIBUTES_DEPTH = 20;
    static final String NUL_DETAIL = "must not contain a NUL character";

    private static final int MAX_EVENT_NAME_LENGTH = 255;
    private static final int MAX_ENTITY_TYPE_LENGTH = 100;
    private static final int MAX_ENTITY_ID_LENGTH = 255;

    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Unicode's White_Space: neither {@code isBlank} nor {@code trim} means it. */
    private static final Pattern NOT_WHITE_SPACE = Pattern.compile("\\P{IsWhite_Space}");

    private final List<BrokenField> broken = new ArrayList<>();

    private EventRules() {}

    /**
     * The event to store.
     *
     * @throws FaultException {@code invalid_event}, naming every broken field
     */
    public static Event check(Draft draft) {
        EventRules rules = new EventRules();
        rules.checkHeader(draft.header());
        List<DraftEntity> entities = rules.checkBody(draft.body());
        if (!rules.broken.isEmpty()) {
            throw Fault.invalid(rules.broken).asException();
        }
        return new Event(Folding.fold(entities));
    }

    private void checkHeader(Draft.@Nullable Header header) {
        if (header == null) {
            note("eventHeader", "is required");
            return;
        }
        String uuid = header.uuid();
        if (uuid != null && !UUID.matcher(uuid).matches()) {
            note("eventHeader.uuid", "must be a UUID of the form 8-4-4-4-12");
        }
        note("eventHeader.eventName", nameBreach(header.eventName(), MAX_EVENT_NAME_LENGTH));
        checkDate("eventHeader.createdDate", header.createdDate());
        checkDate("eventHeader.savedDate", header.savedDate());
        String eventType = header.eventType();
        if (eventType != null && eventType.indexOf('\0') >= 0) {
            note("eventHeader.eventType", NUL_DETAIL);
        }
    }

    private void checkDate(String path, @Nullable EventDate date) {
        if (date != null && !date.isValid()) {
            note(path, EventDate.DETAIL);
        }
    }

    private List<DraftEntity> checkBody(Draft.@Nullable Body body) {
        if (body == null) {
            note("eventBody", "is required");
            return List.of();
        }
        Draft.Entities entities = body.entities();
        if (entities == null) {
            note("eventBody.entities", "is required");
            return List.of();
        }
        if (entities.count() < 1 || entities.count() > MAX_ENTITIES) {
            note("eventBody.entities", "must hold 1 to " + MAX_ENTITIES + " entities");
        }
        for (int index = 0; index < entities.kept().size(); index++) {
            checkEntity(index, entities.kept().get(index));
        }
        return entities.kept();
    }

    private void checkEntity(int index, DraftEntity entity) {
        String typeBreach = nameBreach(entity.type(), MAX_ENTITY_TYPE_LENGTH);
        String idBreach = nameBreach(entity.id(), MAX_ENTITY_ID_LENGTH);
        Attributes attributes = entity.attributes();
        String attributesBreach = attributes == null ? "is required" : attributes.breach();
        if (typeBreach == null && idBreach == null && attributesBreach == null) {
            return;
        }
        String path = "eventBody.entities[" + index + "]";
        if (entity.isNull()) {
            note(path, "must not be null");
            return;
        }
        note(path + ".entityType", typeBreach);
        note(path + ".entityId", idBreach);
        note(path + ".updatedAttributes", attributesBreach);
    }

    private void note(String path, @Nullable String breach) {
        if (breach != null) {
            broken.add(new BrokenField(path, breach));
        }
    }

    /** What all required names and ids have in common. Lengths are of code points, and nothing is trimmed. */
    private static @Nullable String nameBreach(@Nullable String name, int maxLength) {
        if (name == null) {
            return "is required";
        }
        if (!NOT_WHITE_SPACE.matcher(name).find()) {
            return "must not be blank";
        }
        if (name.length() > maxLength && name.codePointCount(0, name.length()) > maxLength) {
            return "must be at most " + maxLength + " characters";
        }
        return name.indexOf('\0') >= 0 ? NUL_DETAIL : null;
    }
}
