package live

import (
	"os"
	"testing"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

// roleVariable is how the test binary is told to be a component.
const roleVariable = "KUBECIDR_CONFORMANCE_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(run(controllermanager.NewControllerManagerCommand()))
	default:
		os.Exit(m.Run())
	}
}

// run is what the main function of a component does.
func run(command *cobra.Command) int {
	command.SetArgs(os.Args[1:])
	return cli.Run(command)
}
