package manifest

import (
	"fmt"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// rendered returns the normalized addressing and its flags, which are what
// [k8sflags.Render] gives, and so are the errors.
func rendered(a k8sflags.Addressing) (k8sflags.Addressing, k8sflags.Set, error) {
	s, err := k8sflags.Render(a)
	if err != nil {
		return a, s, fmt.Errorf("manifest: %w", err)
	}
	return a.Normalize(), s, nil
}

func refused(format string, args ...any) error {
	return Errors{{Message: oneLine(fmt.Sprintf(format, args...)), Err: ErrRefused}}
}

// isSubdomain reports whether s is a DNS name as Kubernetes has it
// (apimachinery/pkg/util/validation, IsDNS1123Subdomain).
func isSubdomain(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return true
}
