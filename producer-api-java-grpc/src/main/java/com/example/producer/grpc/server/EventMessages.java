package com.example.producer.grpc.server;

import com.example.grpc.EntityUpdate;
import com.example.grpc.EventBody;
import com.example.grpc.EventHeader;
import com.example.grpc.EventRequest;
import com.example.producer.event.Draft;
import com.example.producer.event.Draft.DraftEntity;
import com.example.producer.event.EventDate;
import com.example.producer.event.EventRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages to drafts of events. An empty string counts as absent. */
final class EventMessages {
    private EventMessages() {}

    static Draft draft(EventRequest request) {
        return new Draft(
                request.hasEventHeader() ? header(request.getEventHeader()) : null,
                request.hasEventBody() ? body(request.getEventBody()) : null);
    }

    private static Draft.Header header(EventHeader header) {
        return new Draft.Header(
                present(header.getUuid()),
                present(header.getEventName()),
                date(header.getCreatedDate()),
                date(header.getSavedDate()),
                present(header.getEventType()));
    }

    private static Draft.Body body(EventBody body) {
        List<DraftEntity> kept = body.getEntitiesList().stream()
                .limit(EventRules.MAX_ENTITIES)
                .map(EventMessages::entity)
                .toList();
        return new Draft.Body(new Draft.Entities(kept, body.getEntitiesCount()));
    }

    private static DraftEntity entity(EntityUpdate entity) {
        return new DraftEntity(
                present(entity.getEntityType()),
                present(entity.getEntityId()),
                entity.hasUpdatedAttributes() ? StructJson.attributes(entity.getUpdatedAttributes()) : null,
                false);
    }

    private static @Nullable EventDate date(String text) {
        return text.isEmpty() ? null : EventDate.ofText(text);
    }

    private static @Nullable String present(String text) {
        return text.isEmpty() ? null : text;
    }
}
