package kubernetes

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/component-helpers/node/util"
	_ "k8s.io/kubernetes/cmd/kubelet/app" // the feature gates of logging
	kubelet "k8s.io/kubernetes/cmd/kubelet/app/options"
)

func judgeKubelet(args []string) error {
	s, err := kubelet.NewKubeletServer()
	if err != nil {
		return err
	}
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.KubeletFlags.AddFlags(fs)
	kubelet.AddKubeletConfigFlags(fs, &s.KubeletConfiguration)
	kubelet.AddGlobalFlags(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() > 0 { // an empty one too
		return fmt.Errorf("unknown command %q", fs.Arg(0))
	}
	s.FailCgroupV1 = false // whatever the host has
	if err := gates().SetFromMap(s.FeatureGates); err != nil {
		return err
	}
	if err := kubelet.ValidateKubeletServer(s); err != nil {
		return err
	}
	if _, _, err := util.ParseNodeIPArgument(s.NodeIP, s.CloudProvider); err != nil {
		return fmt.Errorf("--node-ip: %w", err)
	}
	return nil
}
