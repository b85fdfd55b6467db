package k8sflags_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestSplitCommand(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       []string
	}{
		{"nothing", "", nil},
		{"spaces", " \t \n ", nil},
		{"words", "kubelet  --a=b\t--c d ", []string{"kubelet", "--a=b", "--c", "d"}},
		{"single quotes", `kubelet '--a=b c' --d='$x\'`, []string{"kubelet", "--a=b c", `--d=$x\`}},
		{"double quotes", `kubelet "--a=b \"c\" \\ \$x \n"`, []string{"kubelet", `--a=b "c" \ $x \n`}},
		{"quotes inside a word", `kubelet --a='b'"c"d`, []string{"kubelet", "--a=bcd"}},
		{"empty word", `kubelet --a ''`, []string{"kubelet", "--a", ""}},
		{"backslash", `kubelet --a=b\ c \*`, []string{"kubelet", "--a=b c", "*"}},
		{"continued lines", "kubelet \\\n  --a=b \\\r\n  --c=d", []string{"kubelet", "--a=b", "--c=d"}},
		{"continued inside of a word", "kubelet --a=\\\nb", []string{"kubelet", "--a=b"}},
		{"continued inside of quotes", "kubelet \"--a=\\\nb\"", []string{"kubelet", "--a=b"}},
		{"variables stay", "kubelet --node-ip=$IP --x=${Y} \"$Z\"", []string{"kubelet", "--node-ip=$IP", "--x=${Y}", "$Z"}},
		{"command substitution stays", "kubelet --node-ip=$(hostname -i | cut -d' ' -f1) --x=`hostname -f`", []string{"kubelet", "--node-ip=$(hostname -i | cut -d' ' -f1)", "--x=`hostname -f`"}},
		{"substitution with quotes inside of quotes", `kubelet "--node-ip=$(ip "$x")"`, []string{"kubelet", `--node-ip=$(ip "$x")`}},
		{"comments", "# on every node\n\n  kubelet --a=b # more\n# end\n", []string{"kubelet", "--a=b"}},
		{"number sign inside of a word", "kubelet --a=b#c", []string{"kubelet", "--a=b#c"}},
		{"environment", "FOO=bar B_2='x' kubelet --a", []string{"kubelet", "--a"}},
		{"quoted assignment is a program", `'FOO=bar' kubelet`, []string{"FOO=bar", "kubelet"}},
		{"other bytes", "kubelet --a=é\xff", []string{"kubelet", "--a=é\xff"}},

		{"unit line", "ExecStart=/usr/bin/kubelet --a=b", []string{"/usr/bin/kubelet", "--a=b"}},
		{"unit line with spaces and prefixes", " ExecStart = -!/usr/bin/kubelet", []string{"/usr/bin/kubelet"}},
		{"unit line with a name for the program", "ExecStart=@/usr/bin/hyperkube kubelet --a", []string{"kubelet", "--a"}},
		{"unit line continued", "ExecStart=/usr/bin/kubelet \\\n  --a=b \\\n# not now: --x \\\n; nor this\n  --c=d\n", []string{"/usr/bin/kubelet", "--a=b", "--c=d"}},
		{"unit line continued by nothing", "ExecStart=/usr/bin/kubelet \\\n  --a=b \\", []string{"/usr/bin/kubelet", "--a=b"}},
		{"unit line continued by a blank line", "ExecStart=/usr/bin/kubelet \\\n  --a=b \\\n\n", []string{"/usr/bin/kubelet", "--a=b"}},
		{"unit line quotes", `ExecStart=/usr/bin/kubelet "--a=b c" '--d=e\'f'`, []string{"/usr/bin/kubelet", "--a=b c", "--d=e'f"}},
		{"unit line escapes", `ExecStart=kubelet a\x20b "c\tdA" e\sf \141 100%% \q`, []string{"kubelet", "a b", "c\tdA", "e f", "a", "100%", `\q`}},
		{"unit line operators are words", "ExecStart=kubelet --a=b;c | & > x", []string{"kubelet", "--a=b;c", "|", "&", ">", "x"}},
		{"unit line variables", "ExecStart=/usr/bin/kubelet $KUBELET_ARGS ${A}", []string{"/usr/bin/kubelet", "$KUBELET_ARGS", "${A}"}},
		{"other key is an assignment", "Environment=A=b kubelet", []string{"kubelet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := k8sflags.SplitCommand(c.line)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestSplitCommandErrorsNameThePlace(t *testing.T) {
	for line, want := range map[string]string{
		`kubelet --a='b`:              "line 1 column 13: quote ' is never closed",
		"kubelet \\\n  --a=\"b":       "line 2 column 7: quote \" is never closed",
		`kubelet \`:                   "line 1 column 9: backslash at the end",
		"kubelet | tee log":           `line 1 column 9: shell operator "|"`,
		"kubelet >log":                `line 1 column 9: shell operator ">"`,
		"kubelet --a; kube-proxy":     `line 1 column 12: shell operator ";"`,
		"kubelet --a\n--b":            "line 2 column 1: more after the end",
		"kubelet $(hostname":          "line 1 column 9: $( is never closed",
		"kubelet `hostname":           "line 1 column 9: backquote is never closed",
		`ExecStart=kubelet \x2`:       "line 1 column 19: escape wants 2 digits of base 16",
		`ExecStart=kubelet "\000"`:    "line 1 column 20: escape of no byte",
		"ExecStart=kubelet\nUser=nob": "line 2 column 1: more after the end",
	} {
		_, err := k8sflags.SplitCommand(line)
		if !errors.Is(err, k8sflags.ErrSyntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}
