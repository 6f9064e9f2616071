#!/usr/bin/env bash
# Lints every chart and renders the stack with each values file into a folder: charts/render.sh FOLDER
set -euo pipefail
out=$1 charts=$(dirname "$0")
helm=$(cd "$charts/../tests/kubernetes" && python3 -c 'import cluster_tools; print(cluster_tools.program("helm"))')
quiet() { "$@" 2> >(grep -v 'found symbolic link' >&2); }
for chart in iactflow kubeflow-pipelines mlflow minio database; do
  quiet "$helm" lint --strict --quiet "$charts/$chart"
done
render() {
  quiet "$helm" template iactflow "$charts/iactflow" --namespace iactflow \
    --api-versions admissionregistration.k8s.io/v1/MutatingAdmissionPolicy "${@:2}" >"$out/$1.yaml"
}
render default
render laptop --values "$charts/iactflow/values-laptop.yaml"
render production --values "$charts/iactflow/values-production.yaml"
render teams --values "$charts/iactflow/values-laptop.yaml" --values "$charts/iactflow/values-teams.yaml"
