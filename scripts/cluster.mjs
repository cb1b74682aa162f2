#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { logDir } from './lib/cluster/layout.mjs'

const help = `
npm run cluster -- up            builds what is missing (20 to 40 minutes, once), starts Kubernetes with Dapr in network and mount
                                 namespaces of its own, loads the images and applies deploy/kubernetes/overlays/local
npm run cluster -- down          ends all of it and removes what it had
npm run cluster -- status        what runs
npm run cluster -- load-images   builds what has changed, loads it and restarts what runs it
npm run cluster -- test [NAME ...]    proofs over the running cluster, all by default
npm run cluster -- kubectl ...   kubectl of this cluster

  --context NAME   a cluster of yours instead, by its name in your kubeconfig: up installs Dapr and the shop there, down removes
                   the shop's namespaces
  --registry HOST/PATH, --tag TAG   where that cluster finds the images (npm run images -- build --registry ...)

docs/cluster.md says what is in it. It needs Linux and root; with --context neither.
`
