package com.example.producer.rest.json;

import com.example.producer.event.Attributes;
import com.example.producer.event.Draft;
import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.event.EventDate;
import com.example.producer.event.EventRules;
import com.example.producer.fault.Fault;
import com.example.producer.fault.FaultKind;
import com.example.producer.ingest.BatchElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads events from a parser that stands at their first token. A value of a wrong type is noted and passed over, so that
 * in a batch the next element can be read. Names are exact; a name that is not listed is passed over with its value.
 */
final class EventReader {
    private static final String LONE_SURROGATE = "a string has a lone surrogate";

    private final JsonParser json;
    private final char[] text;

    /** Only an escape can bring a surrogate in. */
    private final boolean hasEscapes;

    private @Nullable String refusal;

    EventReader(JsonParser json, char[] text) {
        this.json = json;
        this.text = text;
        this.hasEscapes = contains(text, '\\');
    }

    /** The event, or {@code malformed} as an exception. */
    Draft draft() {
        Draft draft = event();
        if (refusal != null) {
            throw EventJson.malformed(refusal);
        }
        return draft;
    }

    /** The event, or why it is none. */
    BatchElement element() {
        refusal = null;
        Draft draft = event();
        return refusal == null
                ? new BatchElement.Typed(draft)
                : new BatchElement.Unreadable(Fault.of(FaultKind.MALFORMED, refusal));
    }

    private Draft event() {
        Draft.Header header = null;
        Draft.Body body = null;
        if (isObject("the event")) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                switch (nameAndOn()) {
                    case "eventHeader" -> header = isNull() ? null : header();
                    case "eventBody" -> body = isNull() ? null : body();
                    default -> json.skipChildren();
                }
            }
        }
        return new Draft(header, body);
    }

    private Draft.@Nullable Header header() {
        if (!isObject("eventHeader")) {
            return null;
        }
        String uuid = null;
        String eventName = null;
        EventDate createdDate = null;
        EventDate savedDate = null;
        String eventType = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            switch (nameAndOn()) {
                case "uuid" -> uuid = string("uuid");
                case "eventName" -> eventName = string("eventName");
                case "createdDate" -> createdDate = date("createdDate");
                case "savedDate" -> savedDate = date("savedDate");
                case "eventType" -> eventType = string("eventType");
                default -> json.skipChildren();
            }
        }
        return new Draft.Header(uuid, eventName, createdDate, savedDate, eventType);
    }

    private Draft.@Nullable Body body() {
        if (!isObject("eventBody")) {
            return null;
        }
        Draft.Entities entities = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            switch (nameAndOn()) {
                case "entities" -> entities = isNull() ? null : entities();
                default -> json.skipChildren();
            }
        }
        return new Draft.Body(entities);
    }

    private Draft.@Nullable Entities entities() {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            refuse("entities must be an array");
            return null;
        }
        List<DraftEntity> kept = new ArrayList<>();
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            DraftEntity entity = isNull() ? DraftEntity.NULL : entity();
            count++;
            if (count <= EventRules.MAX_ENTITIES) {
                kept.add(entity);
            }
        }
        return new Draft.Entities(kept, count);
    }

    private DraftEntity entity() {
        String type = null;
        String id = null;
        Attributes attributes = null;
        if (isObject("an entity")) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                switch (nameAndOn()) {
                    case "entityType" -> type = string("entityType");
                    case "entityId" -> id = string("entityId");
                    case "updatedAttributes" -> attributes = isNull() ? null : attributes();
                    default -> json.skipChildren();
                }
            }
        }
        return new DraftEntity(type, id, attributes, false);
    }

    /** The text of an object, as it is. */
    private @Nullable Attributes attributes() {
        if (!isObject("updatedAttributes")) {
            return null;
        }
        int start = (int) json.currentTokenLocation().getCharOffset();
        if (hasEscapes) {
            skipLookingForSurrogates();
        } else {
            json.skipChildren();
        }
        int end = (int) json.currentLocation().getCharOffset();
        return Attributes.of(new String(text, start, end - start));
    }

    private void skipLookingForSurrogates() {
        int open = 1;
        while (open > 0) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME) {
                checked(json.getString());
            }
            open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        }
    }

    private @Nullable String string(String name) {
        if (isNull()) {
            return null;
        }
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            refuse(name + " must be a string");
            return null;
        }
        return checked(json.getString());
    }

    private @Nullable EventDate date(String name) {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
            return EventDate.ofNumber(json.getString());
        }
        String date = string(name);
        return date == null ? null : EventDate.ofText(date);
    }

    private String checked(String value) {
        if (hasEscapes && hasLoneSurrogate(value)) {
            refusal = refusal == null ? LONE_SURROGATE : refusal;
        }
        return value;
    }

    private static boolean hasLoneSurrogate(String value) {
        for (int at = 0; at < value.length(); at++) {
            if (Character.isSurrogate(value.charAt(at))) {
                if (!Character.isSupplementaryCodePoint(value.codePointAt(at))) {
                    return true;
                }
                at++;
            }
        }
        return false;
    }

    private String nameAndOn() {
        String name = json.currentName();
        json.nextToken();
        return name;
    }

    private boolean isNull() {
        return json.currentToken() == JsonToken.VALUE_NULL;
    }

    private boolean isObject(String what) {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            return true;
        }
        refuse(what + " must be an object");
        return false;
    }

    private void refuse(String wrongType) {
        refusal = refusal == null ? wrongType : refusal;
        json.skipChildren();
    }

    private static boolean contains(char[] text, char wanted) {
        for (char c : text) {
            if (c == wanted) {
                return true;
            }
        }
        return false;
    }
}
