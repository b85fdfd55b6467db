package kubernetes

import (
	"context"
	"slices"

	"k8s.io/client-go/informers"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/controller-manager/pkg/clientbuilder"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app/config"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
)

// emptyCluster is a cluster without nodes.
var emptyCluster clientset.Interface = fake.NewSimpleClientset()

// clients hands out emptyCluster and nothing else.
type clients struct {
	clientbuilder.ControllerClientBuilder
}

func (clients) Client(string) (clientset.Interface, error) { return emptyCluster, nil }

var (
	controllers     = app.NewControllerDescriptors()
	controllerNames = app.KnownControllers()
	offByDefault    = app.ControllersDisabledByDefault()
	aliases         = app.ControllerAliases()
)

// judgeControllerManager goes beyond the validation of the options, which
// hardly looks at ranges: the constructor of the node IPAM controller does.
func judgeControllerManager(args []string) error {
	s, err := controllermanager.NewKubeControllerManagerOptions()
	if err != nil {
		return err
	}
	if s.ComponentGlobalsRegistry, err = registry(gates()); err != nil {
		return err
	}
	base := []string{"--secure-port=0", "--leader-elect=false"}
	fs := merged(s.Flags(controllerNames, offByDefault, aliases))
	if err := parse(fs, slices.Concat(base, args)); err != nil {
		return err
	}
	if err := noArguments(fs); err != nil {
		return err
	}
	if err := judgeRegistry(s.ComponentGlobalsRegistry); err != nil {
		return err
	}
	if err := s.Validate(controllerNames, offByDefault, aliases); err != nil {
		return err
	}
	var c config.Config
	if err := s.ApplyTo(&c, controllerNames, offByDefault, aliases); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	controllerContext := app.ControllerContext{
		ClientBuilder:   clients{},
		InformerFactory: informers.NewSharedInformerFactory(emptyCluster, 0),
		ComponentConfig: c.ComponentConfig,
	}
	nodeIPAM := controllers["node-ipam-controller"]
	if !controllerContext.IsControllerEnabled(nodeIPAM) {
		return nil
	}
	_, err = nodeIPAM.BuildController(ctx, controllerContext)
	return err
}
