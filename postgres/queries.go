// Package postgres carries the statements in queries/ into the Go services, so
// that each is written once in the repository: go:embed cannot reach outside its
// own module, hence this module around the folder.
package postgres

import _ "embed"

// Upsert creates or merges all entities of one event. Its three parameters are
// text arrays of equal length; queries/upsert.sql says what they hold.
//
//go:embed queries/upsert.sql
var Upsert string

// Ready answers when the database is there and so is the table.
//
//go:embed queries/ready.sql
var Ready string
