package kubernetes

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/util/compatibility"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	basecompatibility "k8s.io/component-base/compatibility"
	"k8s.io/component-base/featuregate"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// version is the Kubernetes version of go.mod, as k8sflags has it.
var version = k8sflags.Version{Major: 1, Minor: 37}

// judge gives a component its arguments, up to the point where it would open a
// port, and returns why it refuses them, or nil. A component that panics does
// not start either: kube-proxy does where --bind-address is empty and repeated.
func judge(c k8sflags.Component, args []string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return judges[c](args)
}

var judges = map[k8sflags.Component]func(args []string) error{
	k8sflags.APIServer:         judgeAPIServer,
	k8sflags.ControllerManager: judgeControllerManager,
	k8sflags.Kubelet:           judgeKubelet,
	k8sflags.Proxy:             judgeProxy,
}

// parse reads arguments as every component's command does: underscores in names
// count as dashes.
func parse(fs *pflag.FlagSet, args []string) error {
	fs.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	fs.Usage = func() {}
	fs.SetOutput(io.Discard) // deprecations
	if err := fs.Parse(args); err != nil {
		return err
	}
	return nil
}

// noArguments refuses what is no flag. To most components an empty argument is
// none.
func noArguments(fs *pflag.FlagSet) error {
	for _, arg := range fs.Args() {
		if arg != "" {
			return fmt.Errorf("takes no arguments, got %q", arg)
		}
	}
	return nil
}

// merged gathers the flags of a component, which declares them in groups.
func merged(named cliflag.NamedFlagSets) *pflag.FlagSet {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	fs.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	for _, group := range named.FlagSets {
		fs.AddFlagSet(group)
	}
	return fs
}

// gates returns the feature gates of the components, at their defaults and
// apart from those of every other case.
func gates() featuregate.MutableVersionedFeatureGate {
	return utilfeature.DefaultMutableFeatureGate.DeepCopy()
}

// registry returns what holds a control plane component's feature gates.
func registry(gates featuregate.MutableVersionedFeatureGate) (basecompatibility.ComponentGlobalsRegistry, error) {
	r := basecompatibility.NewComponentGlobalsRegistry()
	return r, r.Register(basecompatibility.DefaultKubeComponent, compatibility.DefaultBuildEffectiveVersion(), gates)
}

// judgeRegistry sets and validates the feature gates that were parsed.
func judgeRegistry(r basecompatibility.ComponentGlobalsRegistry) error {
	if err := r.Set(); err != nil {
		return err
	}
	return errors.Join(r.Validate()...)
}
