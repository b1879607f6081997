package server

import (
	"context"

	"producer-api-go-grpc/internal/eventpb"
	"producer-core/event"
)

// eventService is the contract's own service.
type eventService struct {
	eventpb.UnimplementedEventServiceServer
	*handlers
}

// ProcessEvent stores one event; the reply means that it is durable.
func (s *eventService) ProcessEvent(ctx context.Context, request *eventpb.EventRequest) (*eventpb.EventResponse, error) {
	if refused := s.ingest.Process(ctx, draft(request)); refused != nil {
		return nil, s.refuse(ctx, refused)
	}
	return &eventpb.EventResponse{Success: true, Message: "Event processed successfully"}, nil
}

// HealthCheck answers OK whether the service is ready or not.
func (s *eventService) HealthCheck(ctx context.Context, _ *eventpb.HealthRequest) (*eventpb.HealthResponse, error) {
	if refused := s.ingest.Ready(ctx); refused != nil {
		s.logFault(ctx, refused)
		return &eventpb.HealthResponse{Healthy: false, Message: refused.Detail}, nil
	}
	return &eventpb.HealthResponse{Healthy: true, Message: "The database answers and its table is there"}, nil
}

// draft gives the message as an event whose rules are not yet checked.
func draft(request *eventpb.EventRequest) event.Draft {
	var unchecked event.Draft
	if header := request.GetEventHeader(); header != nil {
		unchecked.Header = event.Some(event.Header{
			UUID:        text(header.GetUuid()),
			EventName:   text(header.GetEventName()),
			CreatedDate: date(header.GetCreatedDate()),
			SavedDate:   date(header.GetSavedDate()),
			EventType:   text(header.GetEventType()),
		})
	}
	if body := request.GetEventBody(); body != nil {
		unchecked.Body = event.Some(event.Body{Entities: event.Some(entities(body.GetEntities()))})
	}
	return unchecked
}

func entities(updates []*eventpb.EntityUpdate) event.Entities {
	var all event.Entities
	for at, update := range updates {
		if at == event.MaxEntities {
			// Beyond the limit only their number counts.
			all.Count = len(updates)
			break
		}
		all.Append(event.DraftEntity{
			Type:       text(update.GetEntityType()),
			ID:         text(update.GetEntityId()),
			Attributes: attributes(update.GetUpdatedAttributes()),
		})
	}
	return all
}

// text takes the empty string for absent: proto3 does not tell them apart.
func text(value string) event.Optional[string] {
	return event.Optional[string]{Value: value, Present: value != ""}
}

func date(value string) event.Optional[event.Date] {
	return event.Optional[event.Date]{Value: event.Date{Text: value}, Present: value != ""}
}
