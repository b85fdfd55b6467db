package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/internal/jsonread"
	"pgregory.net/rapid"
)

// What is written is read as encoding/json reads it, every field of it.
func TestReaderReadsLikeEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sameRead(t, anyOf[ClusterSpec](t), (*reader).spec)
		sameRead(t, anyOf[clusterDocument](t), (*reader).document)
	})
}

func sameRead[T any](t *rapid.T, v T, read func(*reader, *T)) {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var got, want T
	wantErr := json.Unmarshal(b, &want)
	if d, ok := any(&want).(*clusterDocument); ok {
		d.Capacity = nil // it follows from the rest, and is not kept
	}
	r := reader{Reader: jsonread.New(b), words: map[string]string{}}
	read(&r, &got)
	if err := r.End(); (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\nreads as\n%+v, %v\nwant\n%+v, %v", b, got, err, want, wantErr)
	}
}

// However they are spelled, no two names of the format are the same: else one
// could be taken for the other.
func TestFieldNamesDifferInMoreThanCase(t *testing.T) {
	var folded []string
	for _, name := range fieldNames() {
		folded = append(folded, strings.ToLower(name))
	}
	slices.Sort(folded)
	if n := len(slices.Compact(slices.Clone(folded))); n < len(folded) || n < 50 || folded[0] == "" {
		t.Errorf("%d names, %d of them different: %q", len(folded), n, folded)
	}
}
