package platform

const (
	srcKubeadm         = "kubernetes/kubernetes cmd/kubeadm/app/apis/kubeadm/validation/validation.go"
	srcKubeadmConst    = "kubernetes/kubernetes cmd/kubeadm/app/constants/constants.go"
	srcKubeadmDefaults = "kubernetes/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go"
	srcManager         = "kubernetes/kubernetes cmd/kube-controller-manager/app/core.go"
)

var kubeadmFacts = []Fact{
	{ID: "KUBEADM-01", Platform: Kubeadm, Kind: KindShortest, Ranges: ofServices, Family: v4, Number: 12, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadm, Text: "kubeadm takes at most 20 host bits, also where kube-apiserver takes more"},
	{ID: "KUBEADM-02", Platform: Kubeadm, Kind: KindShortest, Ranges: ofServices, Family: v6, Number: 108, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadm, Text: "kubeadm takes at most 20 host bits, also where kube-apiserver takes more"},
	{ID: "KUBEADM-03", Platform: Kubeadm, Kind: KindLongest, Ranges: ofServices, Family: v4, Number: 28, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadmConst, Text: "kubeadm wants ten addresses for services: the tenth is that of DNS"},
	{ID: "KUBEADM-04", Platform: Kubeadm, Kind: KindLongest, Ranges: ofServices, Family: v6, Number: 124, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadmConst, Text: "kubeadm wants ten addresses for services: the tenth is that of DNS"},
	{ID: "KUBEADM-05", Platform: Kubeadm, Kind: KindLongest, Ranges: ofPods, Family: v4, Number: 28, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadmConst, Text: "kubeadm wants fourteen addresses for pods"},
	{ID: "KUBEADM-06", Platform: Kubeadm, Kind: KindLongest, Ranges: ofPods, Family: v6, Number: 124, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadmConst, Text: "kubeadm wants fourteen addresses for pods"},
	{ID: "KUBEADM-07", Platform: Kubeadm, Kind: KindMaskDifference, Ranges: ofPods, Number: 16, Severity: refused, Evidence: SourceRead,
		Source: srcKubeadm, Text: "kubeadm takes at most 65,536 node blocks, in IPv4 too, unless it is told that node blocks are not allocated"},
	{ID: "KUBEADM-08", Platform: Kubeadm, Kind: KindDefault, Ranges: ofServices, Family: v4, Prefixes: prefixes("10.96.0.0/12"), Severity: figure, Evidence: SourceRead,
		Source: srcKubeadmDefaults, Text: "kubeadm's service range, where none is asked for"},
	{ID: "KUBEADM-09", Platform: Kubeadm, Kind: KindDefaultNodeMask, Ranges: ofPods, Family: v4, Number: 24, Severity: figure, Evidence: SourceRead,
		Source: srcManager, Text: "kube-controller-manager gives nodes a /24 where none is asked for"},
	{ID: "KUBEADM-10", Platform: Kubeadm, Kind: KindDefaultNodeMask, Ranges: ofPods, Family: v6, Number: 64, Severity: figure, Evidence: SourceRead,
		Source: srcManager, Text: "kube-controller-manager gives nodes a /64 where none is asked for"},
	{ID: "KUBEADM-11", Platform: Kubeadm, Kind: KindDefaultPods, Ranges: ofPods, Number: 110, Severity: figure, Evidence: SourceRead,
		Source: "kubernetes/kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go", Text: "the kubelet's default"},
}

const srcK3s = "k3s-io/k3s pkg/util/net.go, GetDefaultAddresses"

var k3sFacts = []Fact{
	{ID: "K3S-01", Platform: K3s, Kind: KindDefault, Ranges: ofPods, Prefixes: prefixes("10.42.0.0/16", "fd00:42::/56"), Severity: figure, Evidence: SourceRead,
		Source: srcK3s, Text: "k3s' pod range by the family of the node, where none is asked for"},
	{ID: "K3S-02", Platform: K3s, Kind: KindDefault, Ranges: ofServices, Prefixes: prefixes("10.43.0.0/16", "fd00:43::/112"), Severity: figure, Evidence: SourceRead,
		Source: srcK3s, Text: "k3s' service range by the family of the node, where none is asked for"},
}
