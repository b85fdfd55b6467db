package kubernetes

import (
	"errors"

	"github.com/spf13/pflag"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/featuregate"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
)

// judgeProxy judges a kube-proxy on Linux.
func judgeProxy(args []string) error {
	o := proxy.NewOptions()
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.AddFlags(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs); err != nil {
		return err
	}
	restore, err := tryGates(fs.Lookup("feature-gates").Value.String())
	if err != nil {
		return err
	}
	if err := o.Complete(fs); err != nil {
		return err
	}
	return errors.Join(o.Validate(), restore())
}

// tryGates sets feature gates apart from the others, since Complete sets those
// of the whole process; restore puts them back to their defaults.
func tryGates(text string) (restore func() error, err error) {
	set := map[string]bool{}
	if err := cliflag.NewMapStringBool(&set).Set(text); err != nil {
		return nil, err
	}
	if err := gates().SetFromMap(set); err != nil {
		return nil, err
	}
	return func() error {
		var errs []error
		for name := range set {
			errs = append(errs, utilfeature.DefaultMutableFeatureGate.ResetFeatureValueToDefault(featuregate.Feature(name)))
		}
		return errors.Join(errs...)
	}, nil
}
