package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// pod reads the containers of a Pod, or of a template of one. Containers that
// run no component are skipped: etcd, sidecars, what waits for something.
func (f *Fragment) pod(c cursor) {
	f.kinds = append(f.kinds, StaticPod)
	for _, container := range c.at("spec").at("containers").list() {
		f.container(container)
	}
}

func (f *Fragment) container(c cursor) {
	vars := containerVars(c.at("env"))
	lookup := func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
	cmd := command{dialect: podWords, version: imageVersion(c.at("image"))}
	for _, field := range []cursor{c.at("command"), c.at("args")} {
		for _, e := range field.list() {
			text, ok := e.text()
			if !ok {
				continue
			}
			at := e.origin()
			at.Field = field.path
			cmd.words = append(cmd.words, word{podWords.expand(text, lookup), at, e.isBlock()})
		}
	}
	for _, s := range scripts(cmd, c.doc.errs) {
		if s.isComponent() {
			f.commands = append(f.commands, s)
		}
	}
}

// containerVars returns the variables whose values the manifest has. Others,
// like the node's address, are known only where the Pod runs.
func containerVars(c cursor) map[string]string {
	vars := map[string]string{}
	for _, e := range c.list() {
		name, ok := e.at("name").text()
		value, ok2 := e.at("value").text()
		if ok && ok2 {
			vars[name] = podWords.expand(value, func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
		}
	}
	return vars
}

// imageVersion reads the version from an image's tag, and returns the zero
// Version where it has none: registry.k8s.io/kube-apiserver:v1.34.2.
func imageVersion(c cursor) k8sflags.Version {
	image, _ := c.text()
	image, _, _ = strings.Cut(image, "@")
	i := strings.LastIndexByte(image, ':')
	if i < 0 || !strings.HasPrefix(image[i+1:], "v") {
		return k8sflags.Version{}
	}
	v, err := k8sflags.ParseVersion(image[i+1:])
	if err != nil {
		return k8sflags.Version{}
	}
	return v
}
