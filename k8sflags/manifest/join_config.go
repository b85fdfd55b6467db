package manifest

import (
	"path"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// fragmentConfigs returns the configuration files of a fragment. kubeadm fills
// in those of its own file, and writes those that are not there, but none for a
// kube-proxy that it does not run.
func fragmentConfigs(f *Fragment) []*config {
	var out []*config
	for _, c := range f.configs {
		out = append(out, &c)
	}
	k := f.cluster
	if k == nil && slices.ContainsFunc(f.nodes, func(n *nodeConfig) bool { return n.kind == InitConfiguration }) {
		k = defaultCluster(f.nodes[0].at)
	}
	if k == nil {
		return out
	}
	noProxy := k.noProxy || slices.ContainsFunc(f.nodes, func(n *nodeConfig) bool { return n.noProxy })
	for _, component := range []k8sflags.Component{k8sflags.Kubelet, k8sflags.Proxy} {
		if noProxy && component == k8sflags.Proxy {
			continue
		}
		if !slices.ContainsFunc(out, func(c *config) bool { return c.component == component }) {
			out = append(out, &config{component: component, file: f.file, line: k.at.Line})
		}
	}
	for _, c := range out {
		if c.component == k8sflags.Kubelet {
			c.settings = k.kubeletDefaults(c.settings)
		} else {
			c.settings = k.proxyDefaults(c.settings)
		}
	}
	return out
}

// versionOf returns the version that kubeadm's configuration in the same file
// names.
func (j *joining) versionOf(c *config) k8sflags.Version {
	for _, f := range j.fragments {
		if f.file == c.file && f.cluster != nil {
			return f.cluster.version
		}
	}
	return k8sflags.Version{}
}

// configured puts the configuration file that a process names into its flags.
func (j *joining) configured(p k8sflags.Process, at k8sflags.Origin) k8sflags.Process {
	name, ok := p.Flags.Get("config")
	if !ok || name == "" || (p.Component != k8sflags.Kubelet && p.Component != k8sflags.Proxy) {
		return p
	}
	c := j.configNamed(p.Component, name, at.File)
	if c == nil {
		m := Missing{Name: name, Component: p.Component, Origin: at}
		for fl := range p.Flags.All() {
			if fl.Name == "config" {
				m.Origin = fl.Origin
			}
		}
		j.missing = append(j.missing, m)
		return p
	}
	if p.Component == k8sflags.Proxy {
		return p // the file is a process of its own
	}
	j.taken[c] = true
	if p.Version.IsZero() {
		p.Version = j.versionOf(c)
	}
	p.Flags = overlay(c.settings, p.Flags.Without("config"), &j.errs)
	return p
}

// configNamed returns the configuration that a process of file from calls name,
// or nil.
func (j *joining) configNamed(component k8sflags.Component, name, from string) *config {
	var all []*config
	for _, c := range j.configs {
		if c.component == component {
			all = append(all, c)
		}
	}
	for _, same := range []func(c *config) bool{
		func(c *config) bool { return c.file == from },
		func(c *config) bool { return path.Clean(c.file) == path.Clean(name) },
		func(c *config) bool { return path.Base(c.file) == path.Base(name) },
		func(*config) bool { return len(all) == 1 },
	} {
		var best *config
		for _, c := range all {
			if same(c) && (best == nil || nearness(c.file, from) > nearness(best.file, from)) {
				best = c
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// nearness is how many directories two paths share from the start.
func nearness(a, b string) int {
	a, b = path.Clean(a), path.Clean(b)
	for n := 0; ; n++ {
		x, restA, moreA := strings.Cut(a, "/")
		y, restB, moreB := strings.Cut(b, "/")
		switch {
		case x != y:
			return n
		case !moreA || !moreB:
			return n + 1
		}
		a, b = restA, restB
	}
}

// overlay returns a kubelet's flags with its configuration file's fields in
// front, those left out that a flag overrides
// (cmd/kubelet/app/server.go, kubeletConfigFlagPrecedence). Feature gates add up.
func overlay(file settings, command k8sflags.Flags, errs *Errors) k8sflags.Flags {
	var kept settings
	for _, s := range file {
		if _, ok := command.Get(s.flag); !ok || s.flag == "feature-gates" {
			kept = append(kept, s)
		}
	}
	fields := kept.flags(k8sflags.Kubelet, errs)
	f, err := k8sflags.ParseArgs(k8sflags.Kubelet, append(fields.Args(), command.Args()...))
	if err != nil { // both were parsed before
		errs.add(k8sflags.Origin{}, ErrSyntax, "%s", reason(err))
		return command
	}
	var at []k8sflags.Origin
	for fl := range fields.All() {
		at = append(at, fl.Origin)
	}
	for fl := range command.All() {
		at = append(at, fl.Origin)
	}
	next := 0
	return f.Located(func(k8sflags.Flag) k8sflags.Origin {
		next++
		return at[next-1]
	})
}
