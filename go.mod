module github.com/kubecidr/kubecidr

go 1.25.0
