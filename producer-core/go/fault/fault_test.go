package fault_test

import (
	"errors"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

	"producer-core/fault"
)

func TestTheListIsThatOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../../contract/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var listed []struct{ Name, Title string }
	if err := yaml.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	kinds := fault.Kinds()
	if len(kinds) != len(listed) {
		t.Fatalf("%d kinds, %d in the file", len(kinds), len(listed))
	}
	for at, entry := range listed {
		if string(kinds[at]) != entry.Name || kinds[at].Title() != entry.Title {
			t.Errorf("%q %q, in the file %q %q", kinds[at], kinds[at].Title(), entry.Name, entry.Title)
		}
	}
}

func TestTheCauseIsForTheLogAlone(t *testing.T) {
	cause := errors.New("driver's words")
	failed := fault.Caused(fault.Unavailable, "the database is out of reach", cause)
	if failed.Error() != "unavailable: the database is out of reach: driver's words" {
		t.Error(failed.Error())
	}
	if !errors.Is(failed, cause) {
		t.Error("the cause is lost")
	}
}

func TestTheDetailOfAnInvalidEventIsShortHoweverManyFieldsAreBroken(t *testing.T) {
	one := fault.Field{Path: "eventHeader", Detail: "is required"}
	if got := fault.Invalid([]fault.Field{one}).Detail; got != "eventHeader is required" {
		t.Error(got)
	}
	if got := fault.Invalid([]fault.Field{one, one, one}).Detail; got != "eventHeader is required (and 2 more)" {
		t.Error(got)
	}
}
