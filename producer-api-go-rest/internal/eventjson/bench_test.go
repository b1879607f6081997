package eventjson_test

import (
	"testing"

	"producer-api-go-rest/internal/eventjson"
)

// What one event costs before it reaches the database.
func BenchmarkDecodeAndValidate(b *testing.B) {
	body := []byte(`{"eventHeader":{"uuid":"550e8400-e29b-41d4-a716-446655440000","eventName":"LoanPaymentSubmitted",` +
		`"createdDate":"2024-01-15T10:30:00Z","savedDate":"2024-01-15T10:30:05Z","eventType":"LoanPaymentSubmitted"},` +
		`"eventBody":{"entities":[{"entityType":"Loan","entityId":"loan-12345","updatedAttributes":` +
		`{"balance":24439.75,"lastPaidDate":"2024-01-15T10:30:00Z"}}]}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		draft, refused := eventjson.Decode(body)
		if refused != nil {
			b.Fatal(refused)
		}
		if _, refused := draft.Validate(); refused != nil {
			b.Fatal(refused)
		}
	}
}
