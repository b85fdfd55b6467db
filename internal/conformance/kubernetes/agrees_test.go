package kubernetes

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// Check and the component are of one mind about flags that were made wrong:
// errors of Check are refused, and what is refused is an error of Check. The
// exceptions are the rows of differences.
func TestCheckAgreesWithComponents(t *testing.T) {
	for component := range judges {
		t.Run(string(component), func(t *testing.T) {
			refused, accepted := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				set := drawWrongSet(t, component)
				ours, theirs := errorsOf(set, component), judgeSet(set, component)
				if theirs == nil {
					accepted++
				} else {
					refused++
				}
				if disagreement := compare(ours, theirs); disagreement != "" {
					t.Errorf("%s\n%s", command(set, component), disagreement)
				}
			})
			t.Logf("%d command lines refused, %d accepted", refused, accepted)
			if total := refused + accepted; refused < total/5 || accepted < total/5 {
				t.Errorf("%d refused and %d accepted: that tests one side too little", refused, accepted)
			}
		})
	}
}

// drawWrongSet draws a cluster that can be rendered and makes the flags of one
// component wrong.
func drawWrongSet(t *rapid.T, component k8sflags.Component) k8sflags.Set {
	set, err := k8sflags.Render(drawAddressing(t))
	if err != nil {
		t.Skip("not rendered")
	}
	found := false
	for i := range set.Processes {
		p := &set.Processes[i]
		if p.Component != component {
			continue
		}
		found = true
		args := mutate(t, component, p.Flags.Args())
		flags, err := k8sflags.ParseArgs(component, args)
		if err != nil {
			t.Skip("not read: ", err)
		}
		p.Flags = flags
	}
	if !found {
		t.Skip("standalone")
	}
	return set
}

// judgeSet asks the component.
func judgeSet(set k8sflags.Set, component k8sflags.Component) error {
	for p := range set.Of(component) {
		return judge(component, p.Flags.Args())
	}
	return nil
}

// errorsOf returns Check's errors about one component.
func errorsOf(set k8sflags.Set, component k8sflags.Component) []k8sflags.Finding {
	var errs []k8sflags.Finding
	for _, f := range k8sflags.Check(set) {
		if f.Severity == k8sflags.Error && f.Component == component {
			errs = append(errs, f)
		}
	}
	return errs
}

// compare says how two verdicts differ, "" where they do not.
func compare(ours []k8sflags.Finding, theirs error) string {
	if theirs != nil {
		if len(ours) == 0 {
			return fmt.Sprintf("is refused, and Check has no error: %v", theirs)
		}
		return ""
	}
	for _, f := range ours {
		if !stricterOnPurpose(f.Rule) {
			return fmt.Sprintf("is accepted, but to Check it is an error: %s %s", f.Rule, f.Message)
		}
	}
	return ""
}

func command(set k8sflags.Set, component k8sflags.Component) string {
	for p := range set.Of(component) {
		return fmt.Sprintf("%s %s", component, strings.Join(p.Flags.Args(), " "))
	}
	return string(component)
}
