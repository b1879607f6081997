package eventjson

import "producer-core/event"

// event reads section 1 of the contract. Names are exact; a name that is not
// listed is skipped with its value, of whatever type.
func (r *reader) event(draft *event.Draft) error {
	return r.object("the event", func(name string) (err error) {
		switch name {
		case "eventHeader":
			draft.Header, err = optional(r, r.header)
		case "eventBody":
			draft.Body, err = optional(r, r.body)
		default:
			err = r.tokens.SkipValue()
		}
		return err
	})
}

func (r *reader) header() (header event.Header, err error) {
	err = r.object("eventHeader", func(name string) (err error) {
		text := func() (string, error) { return r.string(name) }
		date := func() (event.Date, error) { return r.date(name) }
		switch name {
		case "uuid":
			header.UUID, err = optional(r, text)
		case "eventName":
			header.EventName, err = optional(r, text)
		case "createdDate":
			header.CreatedDate, err = optional(r, date)
		case "savedDate":
			header.SavedDate, err = optional(r, date)
		case "eventType":
			header.EventType, err = optional(r, text)
		default:
			err = r.tokens.SkipValue()
		}
		return err
	})
	return header, err
}

func (r *reader) body() (body event.Body, err error) {
	err = r.object("eventBody", func(name string) (err error) {
		switch name {
		case "entities":
			body.Entities, err = optional(r, r.entities)
		default:
			err = r.tokens.SkipValue()
		}
		return err
	})
	return body, err
}

func (r *reader) entities() (entities event.Entities, err error) {
	err = r.array("entities", func() error {
		entity, err := optional(r, r.entity)
		entity.Value.Null = !entity.Present
		entities.Append(entity.Value)
		return err
	})
	return entities, err
}

func (r *reader) entity() (entity event.DraftEntity, err error) {
	err = r.object("an entity", func(name string) (err error) {
		text := func() (string, error) { return r.string(name) }
		switch name {
		case "entityType":
			entity.Type, err = optional(r, text)
		case "entityId":
			entity.ID, err = optional(r, text)
		case "updatedAttributes":
			entity.Attributes, err = optional(r, r.attributes)
		default:
			err = r.tokens.SkipValue()
		}
		return err
	})
	return entity, err
}
