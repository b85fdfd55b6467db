package manifest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubecidr/kubecidr/internal/yamlerror"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// API groups of Kubernetes' configuration files. A document of one of them is
// never skipped.
const (
	groupKubeadm = "kubeadm.k8s.io"
	groupKubelet = "kubelet.config.k8s.io"
	groupProxy   = "kubeproxy.config.k8s.io"
	groupApps    = "apps"
)

// documentRow is a kind of document, the versions that are known, and how it is
// read; nil is known and says nothing about flags.
type documentRow struct {
	group, kind string
	versions    []string
	read        func(f *Fragment, c cursor)
}

var (
	core = []string{"v1"}
	// cmd/kubeadm/app/util/config/common.go, validateSupportedVersion. v1beta2
	// is read until 1.26, v1beta3 until 1.36; v1 is an experiment of 1.37.
	kubeadmVersions = []string{"v1beta2", "v1beta3", "v1beta4", "v1"}
)

// documentRows is never written.
var documentRows = []documentRow{
	{"", "Pod", core, func(f *Fragment, c cursor) { f.pod(c) }},
	{groupApps, "DaemonSet", core, func(f *Fragment, c cursor) { f.pod(c.at("spec").at("template")) }},
	{groupApps, "Deployment", core, func(f *Fragment, c cursor) { f.pod(c.at("spec").at("template")) }},
	{groupApps, "StatefulSet", core, func(f *Fragment, c cursor) { f.pod(c.at("spec").at("template")) }},
	{groupKubelet, "KubeletConfiguration", []string{"v1beta1"}, func(f *Fragment, c cursor) { f.kubelet(c) }},
	{groupKubelet, "SerializedNodeConfigSource", []string{"v1beta1"}, nil},
	{groupKubelet, "CredentialProviderConfig", []string{"v1", "v1beta1", "v1alpha1"}, nil},
	{groupProxy, "KubeProxyConfiguration", []string{"v1alpha1"}, func(f *Fragment, c cursor) { f.proxy(c) }},
	{groupKubeadm, "ClusterConfiguration", kubeadmVersions, func(f *Fragment, c cursor) { f.kubeadmCluster(c) }},
	{groupKubeadm, "InitConfiguration", kubeadmVersions, func(f *Fragment, c cursor) { f.kubeadmNode(c, InitConfiguration) }},
	{groupKubeadm, "JoinConfiguration", kubeadmVersions, func(f *Fragment, c cursor) { f.kubeadmNode(c, JoinConfiguration) }},
	{groupKubeadm, "ResetConfiguration", []string{"v1beta4", "v1"}, nil},
	{groupKubeadm, "UpgradeConfiguration", []string{"v1beta4", "v1"}, nil},
}

// documents reads the YAML documents of a file; JSON is YAML.
func (f *Fragment) documents(text string, errs *Errors) {
	if known := f.decode(text, source{file: f.file}, errs); !known && len(*errs) == 0 {
		errs.add(k8sflags.Origin{File: f.file}, ErrUnknown,
			"no document with flags in it: want a Pod, or a configuration of kubelet, kube-proxy or kubeadm")
	}
}

// decode reads documents, and reports whether one of them is of a kind of the
// table.
func (f *Fragment) decode(text string, from source, errs *Errors) bool {
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	known := false
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return known
		}
		if err != nil {
			at := k8sflags.Origin{File: from.file, Field: from.path}
			line, message := yamlerror.Locate(text, err)
			at.Line = from.line(line)
			errs.add(at, ErrSyntax, "%s", message)
			return known
		}
		if len(doc.Content) == 0 {
			continue
		}
		c := cursor{doc: &document{from, errs, map[*yaml.Node]bool{}}}
		c = c.to(doc.Content[0], from.path, doc.Content[0].Line)
		if c.exists() { // an empty document between two --- is nothing
			known = f.document(c) || known
		}
	}
}

// document reads one document, or skips it. It reports whether its kind is one
// of the table.
func (f *Fragment) document(c cursor) bool {
	if c.node.Kind != yaml.MappingNode {
		c.fail(ErrSyntax, "want a document with apiVersion and kind, not %s", describe(c.node))
		return false
	}
	apiVersion, ok := c.at("apiVersion").text()
	kind, ok2 := c.at("kind").text()
	if !ok || !ok2 {
		c.fail(ErrAPIVersion, "the document has no apiVersion or no kind")
		return false
	}
	group, version := "", apiVersion
	if i := strings.IndexByte(apiVersion, '/'); i >= 0 {
		group, version = apiVersion[:i], apiVersion[i+1:]
	}
	switch {
	case group == "" && kind == "List":
		return f.items(c)
	case group == "" && kind == "ConfigMap":
		return f.configMap(c)
	}
	var kinds []string
	for _, row := range documentRows {
		if row.group == group {
			kinds = append(kinds, row.kind)
		}
		switch {
		case row.kind != kind:
		case row.group == group && slices.Contains(row.versions, version):
			if row.read != nil {
				row.read(f, c)
			}
			return true
		case row.group == group:
			c.at("apiVersion").fail(ErrAPIVersion, "%s has no version %q of %s: want %s", nameOf(group), version, kind, strings.Join(row.versions, ", "))
			return false
		case strings.HasSuffix(row.group, ".k8s.io") && row.read != nil:
			c.at("apiVersion").fail(ErrAPIVersion, "%s is of %s/%s, not of %q", kind, row.group, row.versions[0], apiVersion)
			return false
		}
	}
	if strings.HasSuffix(group, ".k8s.io") && len(kinds) > 0 {
		c.at("kind").fail(ErrAPIVersion, "%s has no kind %q: want one of %s", group, kind, strings.Join(kinds, ", "))
	}
	return false
}

func nameOf(group string) string {
	if group == "" {
		return "the core API"
	}
	return group
}

// items reads the objects of a List, as kubectl get prints several.
func (f *Fragment) items(c cursor) bool {
	known := false
	for _, item := range c.at("items").list() {
		if item.exists() && item.node.Kind == yaml.MappingNode {
			if kind, _ := item.at("kind").text(); kind != "List" {
				known = f.document(item) || known
			}
		}
	}
	return known
}

// configMap reads the configuration files that kubeadm keeps in the cluster:
// kubeadm-config, kubelet-config and kube-proxy of kube-system. Other texts in
// it are skipped.
func (f *Fragment) configMap(c cursor) bool {
	known := false
	for _, e := range c.at("data").entries() {
		text, _ := e.value.text()
		if !slices.ContainsFunc([]string{groupKubeadm, groupKubelet, groupProxy}, func(g string) bool {
			return strings.Contains(text, "apiVersion: "+g+"/")
		}) {
			continue
		}
		at := e.value.origin()
		from := source{file: at.File, path: at.Field, above: at.Line - 1, flat: true}
		if e.value.isBlock() {
			from.above, from.flat = at.Line, false
		}
		known = f.decode(text, from, c.doc.errs) || known
	}
	return known
}
