package kubernetes

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	k8sversion "k8s.io/component-base/version"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// What k8sflags renders starts: every component takes its flags.
func TestComponentsAcceptWhatIsRendered(t *testing.T) {
	drawn, rendered := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		a := drawAddressing(t)
		set, err := k8sflags.Render(a)
		if err != nil {
			return // refused: TestCheckAgrees judges whether it was right to
		}
		rendered++
		for _, p := range set.Processes {
			if err := judge(p.Component, p.Flags.Args()); err != nil {
				t.Errorf("%+v\nis rendered as\n%s %s\nwhich it refuses: %v", a, p.Component, strings.Join(p.Flags.Args(), " "), err)
			}
		}
	})
	t.Logf("%d of %d drawn addressings rendered", rendered, drawn)
	if rendered < drawn/3 {
		t.Errorf("only %d of %d drawn addressings could be rendered: that tests too little", rendered, drawn)
	}
}

// The version that the module requires is the one that k8sflags is asked for.
func TestVersion(t *testing.T) {
	if got := k8sversion.DefaultKubeBinaryVersion; got != version.String() {
		t.Errorf("k8s.io/kubernetes is %s, the tests are for %s", got, version)
	}
}
