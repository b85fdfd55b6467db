# What tutorials have handed on for years. It started up to Kubernetes 1.23.

kube-apiserver \
  --service-cluster-ip-range=10.96.0.0/12 \
  --service-node-port-range=30000-32767 \
  --allow-privileged=true \
  --apiserver-count=3 \
  --bind-address=0.0.0.0 \
  --secure-port=6443 \
  --feature-gates=RemoveSelfLink=false

kube-controller-manager \
  --cluster-cidr=10.244.0.0/16 \
  --service-cluster-ip-range=10.96.0.0/12 \
  --node-cidr-mask-size=24 \
  --allocate-node-cidrs=true \
  --cluster-name=kubernetes \
  --controllers=*,bootstrapsigner,tokencleaner

kubelet \
  --pod-cidr=10.244.1.0/24 \
  --node-ip=192.168.1.10 \
  --cluster-dns=10.96.0.10 \
  --cluster-domain=cluster.local \
  --network-plugin=cni \
  --cni-conf-dir=/etc/cni/net.d \
  --cni-bin-dir=/opt/cni/bin

kube-proxy \
  --cluster-cidr=10.244.0.0/16 \
  --proxy-mode=ipvs \
  --ipvs-min-sync-period=5s \
  --ipvs-sync-period=30s
