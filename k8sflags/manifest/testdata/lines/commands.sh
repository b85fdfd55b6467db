#!/bin/sh
# Kubernetes the hard way

kube-apiserver --service-cluster-ip-range=10.32.0.0/24 \
  --advertise-address=${INTERNAL_IP} \
  --service-node-port-range=30000-32767   # as everybody

KUBE=1 exec kubelet --config /var/lib/kubelet/kubelet-config.yaml $KUBELET_OPTS \
  --node-ip $(hostname -i)
