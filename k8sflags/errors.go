package k8sflags

import "errors"

// What went wrong, for [errors.Is].
var (
	// ErrVersion: text that is not a version, or a version outside of
	// [MinVersion] to [MaxVersion] where a judgement needs one inside.
	ErrVersion = errors.New("unsupported Kubernetes version")
	// ErrComponent: a name that is none of the components of [Components].
	ErrComponent = errors.New("unknown component")
	// ErrSyntax: a command line or a value that cannot be read.
	ErrSyntax = errors.New("syntax error")
	// ErrIPAM: a name that is none of [IPAMs].
	ErrIPAM = errors.New("unknown IPAM")
	// ErrServiceRange: a range that kube-apiserver does not take as service
	// range at the version.
	ErrServiceRange = errors.New("not a service range")
	// ErrIncomplete: an [Addressing] that lacks what the flags need.
	ErrIncomplete = errors.New("incomplete addressing")
	// ErrContradiction: parts of an [Addressing], or processes of a [Set],
	// that cannot all be true.
	ErrContradiction = errors.New("contradiction")
	// ErrRefused: flags that a component would refuse, or that would lose
	// traffic or addresses; see [RefusedError].
	ErrRefused = errors.New("flags refused")
)
