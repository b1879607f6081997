package event

import "strings"

// fold makes one entity of those with the same type and id, merged in their
// order, since the statement may name a row only once.
func fold(drafts []DraftEntity) []Entity {
	entities := make([]Entity, 0, len(drafts))
	if len(drafts) == 1 {
		return append(entities, drafts[0].entity())
	}
	type key struct{ entityType, id string }
	known := make(map[key]int, len(drafts))
	for _, draft := range drafts {
		entity := draft.entity()
		name := key{entity.Type, entity.ID}
		at, repeated := known[name]
		if !repeated {
			known[name] = len(entities)
			entities = append(entities, entity)
			continue
		}
		entities[at].Attributes = merge(entities[at].Attributes, entity.Attributes)
	}
	return entities
}

func (e DraftEntity) entity() Entity {
	return Entity{Type: e.Type.Value, ID: e.ID.Value, Attributes: e.Attributes.Value.JSON}
}

// merge writes the members of both objects into one, the newer ones last. A name
// that is then there twice keeps its last value, as PostgreSQL's jsonb promises:
// that is the shallow merge, and no value has to be understood for it.
func merge(older, newer string) string {
	oldMembers, newMembers := members(older), members(newer)
	switch {
	case oldMembers == "":
		return newer
	case newMembers == "":
		return older
	}
	return "{" + oldMembers + "," + newMembers + "}"
}

// members gives what is between the braces of an object.
func members(object string) string {
	const jsonSpace = " \t\r\n"
	object = strings.Trim(object, jsonSpace)
	return strings.Trim(object[1:len(object)-1], jsonSpace)
}
