module github.com/kubecidr/kubecidr

go 1.25.0

require pgregory.net/rapid v1.3.0

require go.yaml.in/yaml/v3 v3.0.6

require github.com/google/go-cmp v0.7.0

require go4.org/netipx v0.0.0-20260823151212-3075585bcbeb
