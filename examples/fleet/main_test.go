package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("%v: exit code %d, %s", args, code, &errs)
	}
	return out.String()
}

func TestTableFits120Columns(t *testing.T) {
	for line := range strings.Lines(output(t)) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 120 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestTableOfOneCluster(t *testing.T) {
	out := output(t, "-cluster", "prod-eu-1")
	for _, want := range []string{
		"prod-eu-1: IPv4+IPv6, 120 to 300 nodes of 110 pods, Kubernetes 1.34",
		"10.244.0.0/15", "fd12:3456:789a:f400::/55", "512 x 253 (/24,/64)", "300 x 110", "corp",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "prod-us-1") {
		t.Error("another cluster is in it")
	}
}

func TestJSONIsThePlan(t *testing.T) {
	p, err := plan.Decode([]byte(output(t, "-o", "json")))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.Cluster("prod-ap-1"); !ok {
		t.Error("no prod-ap-1 in it")
	}
}

func TestJSONOfOneCluster(t *testing.T) {
	var got struct {
		Clusters []struct {
			Name      string
			Blocks    map[string]string
			NodeMasks map[string]int
		}
	}
	if err := json.Unmarshal([]byte(output(t, "-o", "json", "-cluster", "prod-eu-1")), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Clusters) != 1 || got.Clusters[0].Blocks["pod"] != "10.244.0.0/15,fd12:3456:789a:f400::/55" ||
		len(got.Clusters[0].Blocks) != 5 || got.Clusters[0].NodeMasks["v4"] != 24 || got.Clusters[0].NodeMasks["v6"] != 64 {
		t.Errorf("%+v", got)
	}
}

// What is printed is read back as a shell would, and judged.
func TestFlagsAreReadyToPaste(t *testing.T) {
	out := strings.ReplaceAll(output(t, "-o", "flags"), "\\\n", " ")
	clusters := 0
	for cluster := range strings.SplitSeq(strings.TrimSpace(out), "\n\n") {
		lines := strings.Split(cluster, "\n")
		name, version, ok := strings.Cut(strings.TrimPrefix(lines[0], "# "), ", Kubernetes ")
		v, err := k8sflags.ParseVersion(version)
		if !ok || err != nil {
			t.Fatalf("heading %q: %v", lines[0], err)
		}
		set := k8sflags.Set{Version: v}
		for _, line := range lines[1:] {
			argv, err := k8sflags.SplitCommand(line)
			if err != nil {
				t.Fatal(err)
			}
			p, err := k8sflags.ParseCommand(argv)
			if err != nil {
				t.Fatal(err)
			}
			set.Processes = append(set.Processes, p)
		}
		if len(set.Processes) != 4 {
			t.Errorf("%s: %d components", name, len(set.Processes))
		}
		for _, f := range k8sflags.Check(set) {
			t.Errorf("%s: %v", name, f)
		}
		clusters++
	}
	if clusters != 12 {
		t.Errorf("%d clusters, want 12", clusters)
	}
}

func TestWhatIsWrongGoesToStandardError(t *testing.T) {
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const tight = `
pools: [{name: lab, prefixes: [10.0.0.0/22]}]
clusters: [{name: a, nodes: 4, podsPerNode: 100}, {name: b, nodes: 4, podsPerNode: 100}]
`
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"two errors in the file", []string{"-f", write("f.yaml", "pools: 3\nclusterz: 4\n")}, 1, []string{"f.yaml:1: pools", "f.yaml:2: clusterz"}},
		{"an infeasible spec", []string{"-f", write("tight.yaml", tight)}, 1, []string{
			`cluster "b": service range needs a /28 (IPv4), pool "lab" has nothing free`, `pool "lab" (IPv4): asked 1072 addresses in 6 ranges, free 1024`, `way out: add a free /`,
		}},
		{"no such file", []string{"-f", "nowhere.yaml"}, 1, []string{"nowhere.yaml"}},
		{"no such cluster", []string{"-cluster", "nobody"}, 1, []string{`no cluster "nobody"`}},
		{"no such output", []string{"-o", "xml"}, 2, []string{"table, json or flags"}},
		{"a stray argument", []string{"fleet.yaml"}, 2, []string{"fleet.yaml"}},
		{"no such flag", []string{"-x"}, 2, []string{"-x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := run(tt.args, &out, &errs); code != tt.code || out.Len() > 0 {
				t.Errorf("exit code %d, want %d; output %q", code, tt.code, &out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("no %q in\n%s", want, &errs)
				}
			}
		})
	}
}
