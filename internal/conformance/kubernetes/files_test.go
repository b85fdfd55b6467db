package kubernetes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/config"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	kubeletvalidation "k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
	proxyconfig "k8s.io/kubernetes/pkg/proxy/apis/config"
	proxyscheme "k8s.io/kubernetes/pkg/proxy/apis/config/scheme"
	proxyvalidation "k8s.io/kubernetes/pkg/proxy/apis/config/validation"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
	"sigs.k8s.io/yaml"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// What k8sflags/manifest writes is read strictly, without a field that nobody
// knows, and is valid.
func TestComponentsAcceptWhatIsWritten(t *testing.T) {
	for _, file := range []struct {
		name  string
		write func(k8sflags.Addressing) ([]byte, error)
		judge func([]byte) error
	}{
		{"kubeadm", manifest.RenderKubeadm, func(text []byte) error { return config.ValidateConfig(text, false, false) }},
		{"KubeletConfiguration", manifest.RenderKubelet, judgeKubeletConfiguration},
		{"KubeProxyConfiguration", manifest.RenderProxy, judgeProxyConfiguration},
		{"ServiceCIDR", func(a k8sflags.Addressing) ([]byte, error) { return manifest.RenderServiceCIDR(a, "more") }, judgeServiceCIDR},
		{"static Pods", manifest.RenderStaticPods, judgePods},
	} {
		t.Run(file.name, func(t *testing.T) {
			fewerChecks(t, 500)
			drawn, written := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				drawn++
				text, err := file.write(drawAddressing(t))
				if err != nil {
					return
				}
				written++
				if err := file.judge(text); err != nil {
					t.Errorf("%s\nis refused: %v", text, err)
				}
			})
			t.Logf("%d of %d drawn addressings written", written, drawn)
			if written < drawn/8 {
				t.Errorf("only %d of %d drawn addressings could be written: that tests too little", written, drawn)
			}
		})
	}
}

func judgeKubeletConfiguration(text []byte) error {
	_, codecs, err := kubeletscheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		return err
	}
	cfg, err := decode[*kubeletconfig.KubeletConfiguration](codecs, text)
	if err != nil {
		return err
	}
	cfg.FailCgroupV1 = false // whatever the host has
	return kubeletvalidation.ValidateKubeletConfiguration(cfg, gates())
}

func judgeProxyConfiguration(text []byte) error {
	cfg, err := decode[*proxyconfig.KubeProxyConfiguration](&proxyscheme.Codecs, text)
	if err != nil {
		return err
	}
	return proxyvalidation.Validate(cfg).ToAggregate()
}

func judgeServiceCIDR(text []byte) error {
	codecs := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	object, err := decode[runtime.Object](&codecs, text)
	if err != nil {
		return err
	}
	return servicecidr.Strategy.Validate(context.Background(), object).ToAggregate()
}

// judgePods gives the command of every Pod to its component.
func judgePods(text []byte) error {
	var errs []error
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var pod corev1.Pod
		if err := yaml.UnmarshalStrict(document, &pod); err != nil {
			return err
		}
		for _, c := range pod.Spec.Containers {
			p, err := k8sflags.ParseCommand(c.Command)
			if err != nil {
				return err
			}
			errs = append(errs, judge(p.Component, p.Flags.Args()))
		}
	}
	return errors.Join(errs...)
}

// decode reads one document strictly, with Kubernetes' defaults filled in.
func decode[T runtime.Object](codecs *serializer.CodecFactory, text []byte) (T, error) {
	var none T
	object, _, err := codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		return none, err
	}
	t, ok := object.(T)
	if !ok {
		return none, fmt.Errorf("decoded as %T", object)
	}
	return t, nil
}
