module micromart.example/scripts/kubernetes/pause

go 1.26.5
