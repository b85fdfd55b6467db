package manifest

import (
	"cmp"
	"path"
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
//     last word over it, by name. A drop-in by itself is a unit.
//   - Variables in a unit's command are put in from its Environment lines and
//     from the environment files that it names, found by their base name.
//   - A kubelet's --config is replaced by the KubeletConfiguration it names: that
//     of the same path or base name, the nearest if there are several, or the only
//     one there is. Flags win over fields. kube-proxy ignores its flags beside
//     a --config, so that it is two processes: one that says so, and the file.
//   - kubeadm's configuration is what kubeadm makes of it: kube-apiserver for each
//     control plane node, kube-controller-manager, a kubelet for each
//     InitConfiguration and JoinConfiguration, and kube-proxy, with those flags
//     alone that have to do with addresses.
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

// fragmentConfigs returns the configuration files of a fragment. kubeadm fills
// in those of its own file, and writes those that are not there.
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
	for _, component := range []k8sflags.Component{k8sflags.Kubelet, k8sflags.Proxy} {
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

func (j *joining) add(p k8sflags.Process, at k8sflags.Origin) {
	j.processes = append(j.processes, p)
	j.places = append(j.places, at)
}

// kubeadm adds what kubeadm runs.
func (j *joining) kubeadm() {
	var clusters []*clusterConfig
	for _, f := range j.fragments {
		if f.cluster != nil {
			clusters = append(clusters, f.cluster)
		}
	}
	nodes := map[*clusterConfig][]*nodeConfig{}
	var free []*nodeConfig
	for _, f := range j.fragments {
		for _, n := range f.nodes {
			switch {
			case f.cluster != nil:
				nodes[f.cluster] = append(nodes[f.cluster], n)
			case n.kind == JoinConfiguration && len(clusters) == 1: // it joins the one there is
				nodes[clusters[0]] = append(nodes[clusters[0]], n)
			case n.kind == InitConfiguration:
				k := defaultCluster(n.at)
				clusters = append(clusters, k)
				nodes[k] = append(nodes[k], n)
			default:
				free = append(free, n)
			}
		}
	}
	for _, k := range clusters {
		j.controlPlane(k, nodes[k])
	}
	for _, k := range clusters {
		for _, n := range nodes[k] {
			j.kubelet(n, k.version)
		}
	}
	for _, n := range free {
		j.kubelet(n, k8sflags.Version{})
	}
}

func (j *joining) controlPlane(k *clusterConfig, nodes []*nodeConfig) {
	apis := 0
	for _, n := range nodes {
		if n.controlPlane {
			apis++
			j.process(k8sflags.APIServer, k.version, k.apiServer(n), n.at)
		}
	}
	if apis == 0 {
		j.process(k8sflags.APIServer, k.version, k.apiServer(nil), k.at)
	}
	j.process(k8sflags.ControllerManager, k.version, k.controllerManager(), k.at)
}

func (j *joining) process(c k8sflags.Component, v k8sflags.Version, s settings, at k8sflags.Origin) {
	j.add(k8sflags.Process{Component: c, Version: v, Flags: s.flags(c, &j.errs)}, at)
}

func (j *joining) kubelet(n *nodeConfig, v k8sflags.Version) {
	p := k8sflags.Process{Component: k8sflags.Kubelet, Version: v, Flags: n.kubeletCommand().flags(k8sflags.Kubelet, &j.errs)}
	j.add(j.configured(p, n.at), n.at)
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
	as, bs := strings.Split(path.Clean(a), "/"), strings.Split(path.Clean(b), "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n
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

// units adds the processes of unit files.
func (j *joining) units() {
	var units, dropIns []*unit
	for _, f := range j.fragments {
		switch {
		case f.unit == nil:
		case f.unit.dropInOf() != "":
			dropIns = append(dropIns, f.unit)
		default:
			units = append(units, f.unit)
		}
	}
	slices.SortStableFunc(dropIns, func(a, b *unit) int { return strings.Compare(path.Base(a.file), path.Base(b.file)) })
	given := units
	changes := map[*unit][]*unit{}
	for _, d := range dropIns {
		u := d.owner(given)
		if u == nil { // a drop-in by itself, or several of one unit
			if i := slices.IndexFunc(units, func(u *unit) bool { return u.file == d.dropInOf() }); i >= 0 {
				u = units[i]
			} else {
				u = &unit{file: d.dropInOf()}
				units = append(units, u)
			}
		}
		changes[u] = append(changes[u], d)
	}
	for _, u := range units {
		var e effective
		for _, part := range append([]*unit{u}, changes[u]...) {
			e.apply(part)
		}
		j.environment(&e, u.file)
		for _, c := range e.commands {
			if c = e.expand(c, &j.errs); c.isComponent() {
				j.run(c)
			}
		}
	}
}

// dropInOf returns the path of the unit that a drop-in changes, or "".
func (u *unit) dropInOf() string {
	if dir := path.Dir(u.file); path.Ext(u.file) == ".conf" && strings.HasSuffix(dir, ".service.d") {
		return strings.TrimSuffix(dir, ".d")
	}
	return ""
}

// owner returns the unit that a drop-in changes, the nearest of that name, or
// nil. They may come from different directories: what is in /etc/systemd/system
// changes the units of /usr/lib/systemd/system.
func (u *unit) owner(units []*unit) *unit {
	var best *unit
	for _, o := range units {
		if path.Base(o.file) == path.Base(u.dropInOf()) && (best == nil || nearness(o.file, u.file) > nearness(best.file, u.file)) {
			best = o
		}
	}
	return best
}

// environment adds the variables of the environment files that a unit names.
func (j *joining) environment(e *effective, from string) {
	for _, file := range e.files {
		best, found := -1, 0
		for i, f := range j.fragments {
			if f.vars == nil || path.Base(f.file) != path.Base(file.text) {
				continue
			}
			if n := nearness(f.file, from); best < 0 || n > found {
				best, found = i, n
			}
		}
		if best >= 0 {
			e.vars = append(e.vars, j.fragments[best].vars...)
		}
	}
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
