package kubernetes

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"

	basecompatibility "k8s.io/component-base/compatibility"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// serviceAccountKey is a file without which kube-apiserver does not start.
var serviceAccountKey string

func writeServiceAccountKey(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	serviceAccountKey = filepath.Join(dir, "service-account.key")
	return os.WriteFile(serviceAccountKey, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

// hostAddresses stand for the address that kube-apiserver finds by itself, that
// of the interface with the default route, where the flags leave it to it. The
// flags are right if a host exists on which they are.
var hostAddresses = []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("2001:db8::1")}

func judgeAPIServer(args []string) error {
	var err error
	for _, host := range hostAddresses {
		if err = judgeAPIServerOn(host, args); err == nil {
			return nil
		}
	}
	return err
}

func judgeAPIServerOn(host net.IP, args []string) error {
	r, err := registry(gates())
	if err != nil {
		return err
	}
	return judgeAPIServerWith(r, host, args)
}

// judgeAPIServerWith takes what holds the feature gates that the flags set.
func judgeAPIServerWith(r basecompatibility.ComponentGlobalsRegistry, host net.IP, args []string) error {
	s := apiserver.NewServerRunOptions()
	s.GenericServerRunOptions.ComponentGlobalsRegistry = r
	// What has nothing to do with addresses, and files that are read later.
	base := []string{
		"--etcd-servers=http://127.0.0.1:2379", "--authorization-mode=RBAC",
		"--tls-cert-file=unread", "--tls-private-key-file=unread",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + serviceAccountKey,
		"--service-account-signing-key-file=" + serviceAccountKey,
	}
	fs := merged(s.Flags())
	if err := parse(fs, slices.Concat(base, args)); err != nil {
		return err
	}
	if err := noArguments(fs); err != nil {
		return err
	}
	if err := judgeRegistry(r); err != nil {
		return err
	}
	if bind := s.SecureServing.BindAddress; bind == nil || bind.IsUnspecified() || bind.IsLoopback() {
		s.SecureServing.ExternalAddress = host
	}
	completed, err := s.Complete(context.Background())
	if err != nil {
		return err
	}
	return errors.Join(completed.Validate()...)
}
