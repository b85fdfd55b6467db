package k8sflags_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestParseArgs(t *testing.T) {
	for _, c := range []struct {
		name      string
		component k8sflags.Component
		args      string
		flag      string
		want      string
		absent    bool
	}{
		{"value behind an equals sign", k8sflags.Kubelet, "--max-pods=50", "max-pods", "50", false},
		{"value behind a space", k8sflags.Kubelet, "--max-pods 50", "max-pods", "50", false},
		{"value with an equals sign", k8sflags.Kubelet, "--node-labels=a=b,c=d", "node-labels", "a=b,c=d", false},
		{"empty value", k8sflags.Kubelet, "--node-ip=", "node-ip", "", false},
		{"one dash", k8sflags.ControllerManager, "-cluster-cidr=10.0.0.0/8", "cluster-cidr", "10.0.0.0/8", false},
		{"one dash and a space", k8sflags.ControllerManager, "-cluster-cidr 10.0.0.0/8", "cluster-cidr", "10.0.0.0/8", false},
		{"underscores", k8sflags.ControllerManager, "--cluster_cidr=10.0.0.0/8", "cluster-cidr", "10.0.0.0/8", false},
		{"asked for with underscores", k8sflags.ControllerManager, "--cluster-cidr=10.0.0.0/8", "cluster_cidr", "10.0.0.0/8", false},
		{"boolean alone", k8sflags.ControllerManager, "--allocate-node-cidrs", "allocate-node-cidrs", "true", false},
		{"boolean before another flag", k8sflags.ControllerManager, "--allocate-node-cidrs --cluster-cidr 10.0.0.0/8", "cluster-cidr", "10.0.0.0/8", false},
		{"boolean takes no next token", k8sflags.ControllerManager, "--allocate-node-cidrs false", "allocate-node-cidrs", "true", false},
		{"boolean told", k8sflags.ControllerManager, "--allocate-node-cidrs=false", "allocate-node-cidrs", "false", false},
		{"boolean that is not about addresses", k8sflags.APIServer, "--allow-privileged --secure-port 6443", "secure-port", "6443", false},
		{"boolean of one component is a value flag of none", k8sflags.Kubelet, "--leader-elect yes", "leader-elect", "yes", false},
		{"known flag takes the next token, whatever it is", k8sflags.Kubelet, "--node-ip --max-pods=3", "node-ip", "--max-pods=3", false},
		{"unknown flag takes the next token", k8sflags.Kubelet, "--new-thing on", "new-thing", "on", false},
		{"unknown flag before another", k8sflags.Kubelet, "--new-thing --max-pods=3", "new-thing", "true", false},
		{"last one wins", k8sflags.Kubelet, "--max-pods=1 --node-ip=::1 --max-pods 2", "max-pods", "2", false},
		{"lists add up", k8sflags.Kubelet, "--cluster-dns=10.0.0.10 --cluster-dns=10.0.0.11,10.0.0.12", "cluster-dns", "10.0.0.10,10.0.0.11,10.0.0.12", false},
		{"text that looks like a list does not", k8sflags.ControllerManager, "--cluster-cidr=10.0.0.0/8 --cluster-cidr=11.0.0.0/8", "cluster-cidr", "11.0.0.0/8", false},
		{"gates merge", k8sflags.APIServer, "--feature-gates=A=true,B=false --feature-gates B=true,C=true", "feature-gates", "A=true,B=true,C=true", false},
		{"verbosity", k8sflags.Proxy, "-v=4", "v", "4", false},
		{"verbosity behind a space", k8sflags.Proxy, "-v 4", "v", "4", false},
		{"verbosity attached", k8sflags.Proxy, "-v4 --profiling", "v", "4", false},
		{"behind the end of flags", k8sflags.Proxy, "-- --proxy-mode=ipvs", "proxy-mode", "", true},
		{"not there", k8sflags.Proxy, "--proxy-mode=ipvs", "cluster-cidr", "", true},
		{"known flag at the end without a value", k8sflags.Kubelet, "--max-pods", "max-pods", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := strings.Fields(c.args)
			f, err := k8sflags.ParseArgs(c.component, args)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := f.Get(c.flag)
			if got != c.want || ok == c.absent {
				t.Errorf("Get(%q) is %q, %v", c.flag, got, ok)
			}
			if !slices.Equal(f.Args(), args) {
				t.Errorf("came back as %q", f.Args())
			}
		})
	}
}

func TestParseArgsErrors(t *testing.T) {
	for _, args := range []string{"--=x", "--max-pods=1 ---x", "-=", "--node-ip=1 --=="} {
		if _, err := k8sflags.ParseArgs(k8sflags.Kubelet, strings.Fields(args)); !errors.Is(err, k8sflags.ErrSyntax) {
			t.Errorf("%q: %v, want ErrSyntax", args, err)
		}
	}
	if _, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"--a=1", "---b"}); err == nil || !strings.Contains(err.Error(), "argument 2") {
		t.Errorf("%v names no position", err)
	}
	if _, err := k8sflags.ParseArgs("etcd", nil); !errors.Is(err, k8sflags.ErrComponent) {
		t.Errorf("%v, want ErrComponent", err)
	}
}

func TestFlagsAllAndPositional(t *testing.T) {
	f, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"run", "--max-pods", "50", "-", "--x", "--", "--y", "--"})
	if err != nil {
		t.Fatal(err)
	}
	want := []k8sflags.Flag{
		{Name: "max-pods", Value: "50", HasValue: true, Origin: k8sflags.Origin{Arg: 2}},
		{Name: "x", Origin: k8sflags.Origin{Arg: 5}},
	}
	if got := slices.Collect(f.All()); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := slices.Collect(f.Positional()); !slices.Equal(got, []string{"run", "-", "--y", "--"}) {
		t.Errorf("got %q", got)
	}
}

func TestParseArgsDoesNotHoldItsArgument(t *testing.T) {
	args := []string{"--max-pods", "50"}
	f, err := k8sflags.ParseArgs(k8sflags.Kubelet, args)
	if err != nil {
		t.Fatal(err)
	}
	args[1] = "9"
	f.Args()[1] = "9"
	if got := f.Args()[1]; got != "50" {
		t.Errorf("changed to %s", got)
	}
}

func TestWith(t *testing.T) {
	for _, c := range []struct{ name, args, flag, value, want string }{
		{"new", "--max-pods=1", "node-ip", "::1", "--max-pods=1 --node-ip=::1"},
		{"in place", "--node-ip 10.0.0.1 --max-pods=1", "node-ip", "::1", "--node-ip=::1 --max-pods=1"},
		{"others dropped", "--node-ip=a --max-pods=1 --node_ip=b", "node-ip", "::1", "--node-ip=::1 --max-pods=1"},
		{"before the end of flags", "--max-pods=1 -- x", "node-ip", "::1", "--max-pods=1 --node-ip=::1 -- x"},
		{"behind arguments", "x", "node-ip", "::1", "x --node-ip=::1"},
		{"with dashes", "", "--node-ip", "::1", "--node-ip=::1"},
		{"gates as a whole", "--feature-gates=A=true --feature-gates=B=true", "feature-gates", "C=true", "--feature-gates=C=true"},
		{"no name", "--max-pods=1", "--", "x", "--max-pods=1"},
	} {
		f, err := k8sflags.ParseArgs(k8sflags.Kubelet, strings.Fields(c.args))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.With(c.flag, c.value).Args(), " "); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := strings.Join(f.Args(), " "); got != c.args {
			t.Errorf("%s: the original became %s", c.name, got)
		}
	}
}

func TestWithout(t *testing.T) {
	f, err := k8sflags.ParseArgs(k8sflags.Kubelet, strings.Fields("--node-ip a --max-pods=1 --node_ip=b x"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Without("--node-ip").Args(), " "); got != "--max-pods=1 x" {
		t.Errorf("got %s", got)
	}
}

// drawArgs draws arguments that look like flags, and some that do not.
func drawArgs(t *rapid.T) []string {
	name := rapid.SampledFrom([]string{"max-pods", "node-ip", "cluster_dns", "register-node", "unknown", "v", "feature-gates"})
	value := rapid.SampledFrom([]string{"", "1", "a b", "10.0.0.0/8,fd00::/8", "it's", `"x"`, "$(hostname -i)", "A=true,B=false", "-5", "*", "\n", `\`, "#", "é"})
	var args []string
	for range rapid.IntRange(0, 8).Draw(t, "tokens") {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0, 1:
			args = append(args, "--"+name.Draw(t, "name")+"="+value.Draw(t, "value"))
		case 2:
			args = append(args, "--"+name.Draw(t, "name"), value.Draw(t, "value"))
		case 3:
			args = append(args, "-"+name.Draw(t, "name"))
		case 4:
			args = append(args, value.Draw(t, "argument"))
		case 5:
			args = append(args, "--")
		}
	}
	return args
}

func TestArgsComeBackTokenByToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := drawArgs(t)
		f, err := k8sflags.ParseArgs(k8sflags.Kubelet, args)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Args(); !slices.Equal(got, args) {
			t.Fatalf("%q became %q", args, got)
		}
	})
}

func TestStringIsACommandThatIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := drawArgs(t)
		f, err := k8sflags.ParseArgs(k8sflags.Kubelet, args)
		if err != nil {
			t.Fatal(err)
		}
		argv, err := k8sflags.SplitCommand(f.String())
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		p, err := k8sflags.ParseCommand(argv)
		if err != nil {
			t.Fatal(err)
		}
		if p.Component != k8sflags.Kubelet || !slices.Equal(p.Flags.Args(), args) {
			t.Fatalf("%q became %q", args, p.Flags.Args())
		}
	})
}

func TestFlagsStringHasAFlagALine(t *testing.T) {
	f, err := k8sflags.ParseArgs(k8sflags.ControllerManager, []string{"--allocate-node-cidrs", "--cluster-cidr", "10.0.0.0/8", "--controllers=*,-nodeipam", "--x="})
	if err != nil {
		t.Fatal(err)
	}
	want := `kube-controller-manager \
  --allocate-node-cidrs \
  --cluster-cidr 10.0.0.0/8 \
  '--controllers=*,-nodeipam' \
  --x=`
	if got := f.String(); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := (k8sflags.Flags{}).String(); got != "" {
		t.Errorf("the zero Flags are %q", got)
	}
}

func TestWithIsWhatGetReturns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, err := k8sflags.ParseArgs(k8sflags.Kubelet, drawArgs(t))
		if err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"max-pods", "node-ip", "cluster-dns", "new"}).Draw(t, "name")
		value := rapid.StringOf(rapid.RuneFrom([]rune("ab=,-/ "))).Draw(t, "value")
		if got, ok := f.With(name, value).Get(name); !ok || got != value {
			t.Fatalf("Get(%q) is %q, %v, want %q", name, got, ok, value)
		}
		if _, ok := f.Without(name).Get(name); ok {
			t.Fatalf("%s is still there", name)
		}
	})
}
