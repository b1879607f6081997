package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"producer-api-go-rest/internal/eventjson"
	"producer-core/fault"
)

// Limits of a body, in bytes.
const (
	maxEventBytes = 1 << 20
	maxBulkBytes  = 16 << 20
)

const jsonType = "application/json"

var processed = []byte(`{"success":true,"message":"Event processed successfully"}`)

func (h *handlers) postEvent(c *gin.Context) {
	body := h.readBody(c, maxEventBytes)
	if body == nil {
		return
	}
	defer body.release()
	draft, refused := eventjson.Decode(body.Bytes())
	if refused == nil {
		refused = h.ingest.Process(c.Request.Context(), draft)
	}
	if refused != nil {
		h.refuse(c, refused)
		return
	}
	c.Data(http.StatusOK, jsonType, processed)
}

// bulkReply is the reply to a bulk request of which at least one event was tried.
type bulkReply struct {
	Success          bool        `json:"success"`
	Message          string      `json:"message"`
	ProcessedCount   int         `json:"processedCount"`
	FailedCount      int         `json:"failedCount"`
	BatchID          string      `json:"batchId"`
	ProcessingTimeMs float64     `json:"processingTimeMs"`
	Errors           []bulkError `json:"errors"`
}

type bulkError struct {
	Index  int        `json:"index"`
	Fault  fault.Kind `json:"fault"`
	Detail string     `json:"detail"`
}

func (h *handlers) postBulk(c *gin.Context) {
	body := h.readBody(c, maxBulkBytes)
	if body == nil {
		return
	}
	defer body.release()
	// From here on, so that a slow client does not count as slow processing.
	started := time.Now()
	batch, refused := eventjson.DecodeBatch(body.Bytes())
	if refused != nil {
		h.refuse(c, refused)
		return
	}
	outcomes, refused := h.ingest.ProcessBatch(c.Request.Context(), batch)
	if refused != nil {
		h.refuse(c, refused)
		return
	}
	reply := summarize(outcomes)
	reply.BatchID = uuid.NewString()
	reply.ProcessingTimeMs = float64(time.Since(started).Microseconds()) / 1000
	h.logBulk(c, outcomes)
	c.JSON(http.StatusOK, reply)
}

func summarize(outcomes []*fault.Fault) bulkReply {
	reply := bulkReply{Errors: []bulkError{}}
	for index, outcome := range outcomes {
		if outcome != nil {
			reply.Errors = append(reply.Errors, bulkError{index, outcome.Kind, outcome.Detail})
		}
	}
	reply.FailedCount = len(reply.Errors)
	reply.ProcessedCount = len(outcomes) - reply.FailedCount
	reply.Success = reply.FailedCount == 0
	reply.Message = fmt.Sprintf("%d processed, %d failed", reply.ProcessedCount, reply.FailedCount)
	return reply
}

// logBulk logs each failed event's fault, the first in full and the others as a
// number: a batch that loses its database would else write a thousand lines.
func (h *handlers) logBulk(c *gin.Context, outcomes []*fault.Fault) {
	var first *fault.Fault
	failed := 0
	for _, outcome := range outcomes {
		if outcome == nil {
			continue
		}
		failed++
		if first == nil || first.Kind.CallerAtFault() && !outcome.Kind.CallerAtFault() {
			first = outcome
		}
	}
	if first != nil {
		h.logFault(c, first, failed)
	}
}

func (h *handlers) getHealth(c *gin.Context) {
	if refused := h.ingest.Ready(c.Request.Context()); refused != nil {
		h.refuse(c, refused)
		return
	}
	c.Data(http.StatusOK, jsonType, healthy)
}

var healthy = []byte(`{"status":"healthy","message":"The database answers and its table is there"}`)
