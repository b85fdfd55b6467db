package manifest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// Missing is something that a file refers to and that nobody handed in, so that
// not all flags of a process are known.
type Missing struct {
	// Name is how the file writes it: "$KUBELET_EXTRA_ARGS", "$(HOST_IP)", or
	// the path of a configuration file.
	Name      string             `json:"name"`
	Component k8sflags.Component `json:"component"`
	// Flag is the flag whose value it is part of, without dashes. It is empty
	// where it stands for whole arguments, which are left out of the flags.
	Flag   string          `json:"flag,omitzero"`
	Origin k8sflags.Origin `json:"origin,omitzero"`
}

// Explains reports whether a finding is about a value that has the missing part
// in it, and so about nothing that is known to be wrong.
func (m Missing) Explains(f k8sflags.Finding) bool {
	return m.Flag != "" && f.Flag == strings.ReplaceAll(m.Flag, "_", "-") && f.Component == m.Component && f.Origin == m.Origin
}

// Join makes the set of flags that fragments of a cluster's files say together:
//
//   - A unit's drop-ins, in kubelet.service.d beside kubelet.service, have the
//     last word over it, by name. A drop-in by itself is a unit. In systemd's
//     directories a file of /etc hides that of its name in /usr/lib.
//   - Variables in a unit's command are put in from its Environment lines and
//     from the environment files that it names, found by their base name.
//   - A kubelet's --config is replaced by the KubeletConfiguration it names: that
//     of the same path or base name, the nearest if there are several, or the only
//     one there is. Flags win over fields. kube-proxy ignores its flags beside
//     a --config, so that it is two processes: one that says so, and the file.
//   - kubeadm's configuration is what kubeadm makes of it: kube-apiserver for each
//     control plane node, kube-controller-manager, a kubelet for each
//     InitConfiguration and JoinConfiguration, and kube-proxy unless it is disabled
//     or its phase skipped, with those flags alone that have to do with addresses.
//
// The set's version is the newest that a file names, by kubernetesVersion or the
// tag of an image; a process keeps one of its own where that is another. Where
// several processes of a component are found, each has the name of its file.
//
// What is referred to and not there is in the second result, by file and line.
// No fragments are an empty set. The error is
// [Errors]: environment variables that do not split, arguments that are none.
func Join(fragments ...Fragment) (k8sflags.Set, []Missing, error) {
	j := joining{fragments: fragments, taken: map[*config]bool{}}
	for i := range fragments {
		j.configs = append(j.configs, fragmentConfigs(&fragments[i])...)
	}
	j.kubeadm()
	for _, f := range fragments {
		for _, c := range f.commands {
			j.run(c)
		}
	}
	j.units()
	for _, c := range j.configs {
		if !j.taken[c] {
			j.add(k8sflags.Process{Component: c.component, Version: j.versionOf(c), Flags: c.settings.flags(c.component, &j.errs)}, k8sflags.Origin{File: c.file, Line: c.line})
		}
	}
	if err := j.errs.orNil(); err != nil {
		return k8sflags.Set{}, nil, err
	}
	slices.SortStableFunc(j.missing, func(a, b Missing) int {
		return cmp.Or(strings.Compare(a.Origin.File, b.Origin.File), cmp.Compare(a.Origin.Line, b.Origin.Line))
	})
	return j.set(), j.missing, nil
}

// joining is a set under construction.
type joining struct {
	fragments []Fragment
	configs   []*config
	taken     map[*config]bool // by a process that reads it
	processes []k8sflags.Process
	places    []k8sflags.Origin // of each process
	missing   []Missing
	errs      Errors
}

func (j *joining) add(p k8sflags.Process, at k8sflags.Origin) {
	j.processes = append(j.processes, p)
	j.places = append(j.places, at)
}

// run adds the process of a command.
func (j *joining) run(c command) {
	p, missing, ok := c.process(&j.errs)
	if !ok {
		return
	}
	j.missing = append(j.missing, missing...)
	j.add(j.configured(p, c.words[0].at), c.words[0].at)
}

// set names the processes and finds the version.
func (j *joining) set() k8sflags.Set {
	s := k8sflags.Set{Processes: j.processes}
	count := map[k8sflags.Component]int{}
	inFile := map[string]int{}
	key := func(i int) string { return string(s.Processes[i].Component) + " " + j.places[i].File }
	for i, p := range s.Processes {
		count[p.Component]++
		inFile[key(i)]++
		if p.Version.Compare(s.Version) > 0 {
			s.Version = p.Version
		}
	}
	for i := range s.Processes {
		p := &s.Processes[i]
		if count[p.Component] > 1 {
			p.Name = j.places[i].File
			if inFile[key(i)] > 1 {
				p.Name += ":" + strconv.Itoa(j.places[i].Line)
			}
		}
		if p.Version == s.Version {
			p.Version = k8sflags.Version{}
		}
	}
	return s
}
