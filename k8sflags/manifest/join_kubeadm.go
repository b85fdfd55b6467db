package manifest

import (
	"github.com/kubecidr/kubecidr/k8sflags"
)

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
