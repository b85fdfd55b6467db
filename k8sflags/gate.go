package k8sflags

import (
	"slices"
	"strconv"
	"strings"
)

// gateRow is what is known of one feature gate. A zero version is "before 1.24"
// for added and "not by 1.37" for the others.
type gateRow struct {
	name    string
	added   Version // as alpha, where beta is later
	beta    Version
	settled bool    // never alpha or beta: a switch to keep what is to go
	on      Version // from which version it is on by default
	stable  Version // general availability: setting it is logged as a warning
	locked  Version // to its default, which is on
	removed Version
	source  string
}

const (
	srcKubeGates     = "pkg/features/kube_features.go"
	srcGatesOfServer = "staging/src/k8s.io/apiserver/pkg/features/kube_features.go"
)

// gateRows is never written. Gates that have nothing to do with addresses are
// kept and not judged.
var gateRows = []gateRow{
	{name: "AllowServiceExternalIPs", added: v1(36), settled: true, on: v1(36), source: srcKubeGates + "; KEP-5707"},
	{name: "CloudDualStackNodeIPs", added: v1(27), beta: v1(29), on: v1(29), stable: v1(30), locked: v1(30), removed: v1(32), source: srcKubeGates + "; KEP-3705"},
	{name: "DisableAllocatorDualWrite", added: v1(31), beta: v1(33), on: v1(34), stable: v1(34), locked: v1(35), source: srcKubeGates + "; KEP-1880"},
	{name: "KubeProxyIPVS", added: v1(37), settled: true, on: v1(37), source: srcKubeGates + "; KEP-5495"},
	{name: "KubeProxyNFTablesLocalhostNodePorts", added: v1(37), source: srcKubeGates + "; KEP-6032"},
	{name: "MultiCIDRRangeAllocator", added: v1(25), removed: v1(29), source: srcKubeGates + "; KEP-2593, withdrawn"},
	{name: "MultiCIDRServiceAllocator", added: v1(27), beta: v1(31), on: v1(33), stable: v1(33), locked: v1(34), source: srcKubeGates + "; KEP-1880"},
	{name: "NFTablesProxyMode", added: v1(29), beta: v1(31), on: v1(31), stable: v1(33), locked: v1(33), source: srcKubeGates + "; KEP-3866"},
	{name: "RemoveSelfLink", beta: v1(20), on: v1(20), stable: v1(24), locked: v1(24), removed: v1(30), source: srcGatesOfServer + "; KEP-1164"},
	{name: "ServiceIPStaticSubrange", added: v1(24), beta: v1(25), on: v1(25), stable: v1(26), locked: v1(26), removed: v1(28), source: srcKubeGates + "; KEP-3070"},
	{name: "ServiceNodePortStaticSubrange", added: v1(27), beta: v1(28), on: v1(28), stable: v1(29), locked: v1(29), removed: v1(31), source: srcKubeGates + "; KEP-3668"},
	{name: "StrictIPCIDRValidation", added: v1(33), beta: v1(36), on: v1(36), source: srcKubeGates + "; KEP-4858"},
}

func gateNamed(name string) *gateRow {
	for i := range gateRows {
		if gateRows[i].name == name {
			return &gateRows[i]
		}
	}
	return nil
}

// since reports whether v is at least w, false for no version w.
func (v Version) since(w Version) bool { return !w.IsZero() && v.AtLeast(w) }

// setting is one element of --feature-gates.
type setting struct {
	name, value string
	hasValue    bool
}

// gates returns the settings of --feature-gates as
// component-base/cli/flag/map_string_bool.go reads them. The API server and the
// controller manager take the gates of several components, of which "kube" is
// theirs and the one that need not be named (compatibility/registry.go).
func (m *member) gates() []setting {
	v := m.value(feature)
	if v == nil {
		return nil
	}
	var out []setting
	for element := range strings.SplitSeq(v.text, ",") {
		// The control plane trims an element first (component-base/compatibility).
		controlPlane := m.Component == APIServer || m.Component == ControllerManager
		if element == "" || controlPlane && strings.TrimSpace(element) == "" {
			continue
		}
		if component, rest, several := strings.Cut(element, ":"); several && emulates(m.Component) {
			if component = strings.TrimSpace(component); component != "kube" && component != "" {
				continue
			}
			element = rest
		}
		name, value, hasValue := strings.Cut(element, "=")
		out = append(out, setting{strings.TrimSpace(name), strings.TrimSpace(value), hasValue})
	}
	return out
}

// stage returns the switch that sets the gate with all others of its stage at
// version v: AllAlpha, AllBeta, or "".
func (g *gateRow) stage(v Version) string {
	switch {
	case g.settled || v.Compare(g.added) < 0 || v.since(g.stable) || v.since(g.removed):
		return ""
	case v.since(g.beta):
		return allBeta
	}
	return allAlpha
}

const allAlpha, allBeta = "AllAlpha", "AllBeta"

// emulates reports whether a component can behave as an older version does.
func emulates(c Component) bool { return c == APIServer || c == ControllerManager }

// gatesVersion is the version whose feature gates a process has: its own, or the
// older one of --emulated-version, which leaves the binary what it is.
func (m *member) gatesVersion() Version {
	if v := m.emulated(); !v.IsZero() && m.at.AtLeast(v) {
		return v.nearest()
	}
	return m.at
}

// emulated is the version that --emulated-version names for Kubernetes itself,
// the zero Version for none.
func (m *member) emulated() Version {
	text := m.text("emulated-version")
	if text == "" || !emulates(m.Component) {
		return Version{}
	}
	for element := range strings.SplitSeq(text, ",") {
		component, text, ok := strings.Cut(element, "=")
		if !ok {
			component, text = "kube", component
		}
		if v, err := ParseVersion(strings.TrimSpace(text)); err == nil && strings.TrimSpace(component) == "kube" {
			return v
		}
	}
	return Version{}
}

// gateOn reports whether a gate is on in a process: set by its name, or with
// all of its stage, or by default.
func (m *member) gateOn(name string) bool {
	row := gateNamed(name)
	if row == nil || m.gatesAt.Compare(row.added) < 0 {
		return false
	}
	if on, ok := m.gateSet(name); ok {
		return on
	}
	if stage := row.stage(m.gatesAt); stage != "" {
		if on, ok := m.gateSet(stage); ok {
			return on
		}
	}
	return m.gatesAt.since(row.on)
}

// gateSet returns the value that --feature-gates has for a name; of several the
// last one wins.
func (m *member) gateSet(name string) (on, ok bool) {
	for _, s := range m.settings {
		if set, err := strconv.ParseBool(s.value); s.name == name && err == nil {
			on, ok = set, true
		}
	}
	return on, ok
}

// gateRules judge --feature-gates by the version: the table is gateRows.
var gateRules = []ruleRow{
	{Rule: Rule{ID: "KC104", Title: "feature gate does not exist at the version", Severity: Error, Source: srcGates}, each: checkGateKnown},
	{Rule: Rule{ID: "KC105", Title: "feature gate is locked", Severity: Error, Source: srcGates}, each: checkGateLocked},
	{Rule: Rule{ID: "KC106", Title: "feature gate is settled", Severity: Warning, Source: srcGates}, each: checkGateSettled},
	{Rule: Rule{ID: "KC107", Title: "feature gate without true or false", Severity: Error,
		Source: "staging/src/k8s.io/component-base/cli/flag/map_string_bool.go"}, each: checkGateForm},
	{Rule: Rule{ID: "KC108", Title: "gates about addresses switched with all others of their stage", Severity: Warning, Source: srcGates + ", setUnsetAlphaGates"}, each: checkGateStage},
	{Rule: Rule{ID: "KC109", Title: "emulated version that the component cannot have", Severity: Error, Since: v1(31),
		Source: srcEmulation + "; staging/src/k8s.io/apiserver/pkg/util/compatibility/version.go, kubeEffectiveVersionFloors"}, each: checkEmulated},
}

const feature = "feature-gates"

// ownGates reports whether a component has the gates of gateRows. A
// cloud-controller-manager has its provider's; a kube-proxy with a
// configuration file reads them there.
func ownGates(m *member) bool {
	return m.Component != CloudControllerManager && (m.Component != Proxy || !m.configFile)
}

func checkGateKnown(_ *cluster, m *member, r report) {
	if !ownGates(m) {
		return
	}
	for _, s := range m.settings {
		row := gateNamed(s.name)
		switch {
		case row == nil:
		case m.at.since(row.removed):
			r.flag(m, feature, "remove "+s.name, "feature gate %s was removed in Kubernetes %s; %s %s refuses to start with either value",
				s.name, row.removed, m.Component, m.at)
		case m.gatesAt.Compare(row.added) < 0:
			r.flag(m, feature, "remove "+s.name, "feature gate %s is new in Kubernetes %s; %s %s refuses to start with either value",
				s.name, row.added, m.Component, m.at)
		}
	}
}

func checkGateLocked(_ *cluster, m *member, r report) {
	if !ownGates(m) {
		return
	}
	for i, s := range m.settings {
		row := gateNamed(s.name)
		if row == nil || !m.gatesAt.since(row.locked) || m.at.since(row.removed) || m.overridden(i) {
			continue
		}
		if on, err := strconv.ParseBool(s.value); err == nil && !on {
			r.flag(m, feature, "remove "+s.name, "feature gate %s is locked to true since Kubernetes %s; %s %s refuses to start with false",
				s.name, row.locked, m.Component, m.at)
		}
	}
}

// overridden reports whether a later setting of the same gate counts in place of
// the ith: the settings are gathered before any of them is tried.
func (m *member) overridden(i int) bool {
	return slices.ContainsFunc(m.settings[i+1:], func(s setting) bool { return s.name == m.settings[i].name })
}

func checkGateSettled(_ *cluster, m *member, r report) {
	if !ownGates(m) {
		return
	}
	for _, s := range m.settings {
		row := gateNamed(s.name)
		if row == nil || !m.gatesAt.since(row.stable) || m.at.since(row.removed) {
			continue
		}
		if on, err := strconv.ParseBool(s.value); err == nil && (on || !m.gatesAt.since(row.locked)) {
			r.flag(m, feature, "remove "+s.name, "feature gate %s is stable since Kubernetes %s and will go", s.name, row.stable)
		}
	}
}

func checkGateForm(_ *cluster, m *member, r report) {
	for _, s := range m.settings {
		if _, err := strconv.ParseBool(s.value); err != nil {
			r.flag(m, feature, "write "+s.name+"=true or "+s.name+"=false", "feature gate %q wants true or false", s.name)
		}
	}
}

// checkGateStage: AllAlpha=true and AllBeta=false change every gate of the stage
// that is not named itself, another set of them in each version.
func checkGateStage(_ *cluster, m *member, r report) {
	if !ownGates(m) {
		return
	}
	for _, stage := range []string{allAlpha, allBeta} {
		on, ok := m.gateSet(stage)
		if !ok {
			continue
		}
		var names []string
		for i := range gateRows {
			row := &gateRows[i]
			if _, named := m.gateSet(row.name); !named && row.stage(m.gatesAt) == stage && on != m.gatesAt.since(row.on) {
				names = append(names, row.name)
			}
		}
		if len(names) > 0 {
			r.flag(m, feature, "name the gates that are wanted", "%s=%t sets at Kubernetes %s: %s", stage, on, m.gatesAt, list(names))
		}
	}
}

// checkEmulated: three minor versions back is the furthest, and 1.31, the first
// that can emulate, the oldest.
func checkEmulated(_ *cluster, m *member, r report) {
	v, oldest := m.emulated(), v1(max(m.at.Minor-3, 31))
	if !v.IsZero() && (v.Compare(m.at) > 0 || v.Compare(oldest) < 0) {
		r.flag(m, "emulated-version", "remove it, or name a version from "+oldest.String()+" to "+m.at.String(),
			"%s %s cannot be like %s, and refuses to start", m.Component, m.at, v)
	}
}
