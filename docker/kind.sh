#!/usr/bin/env bash
# Makes a kind cluster on this machine if there is none, and puts the cpu image into it; kind's environment takes no other.
# Usage: docker/kind.sh [CLUSTER]      BUILDER, BASE_IMAGE and BUILD_OPTIONS as in docker/images.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=${1:-kind}

for command in kind kubectl helm; do
  if ! command -v "$command" >/dev/null; then
    echo "error: $command must be installed for a cluster on this machine. Install kind, kubectl and helm." >&2
    exit 1
  fi
done
kind get clusters 2>/dev/null | grep -qx "$cluster" || kind create cluster --name "$cluster" --wait 3m
docker/images.sh cpu

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/iactflow/__init__.py)
image=docker.io/iactflow/iactflow-python:$version-cpu
archive=$(mktemp -d)
trap 'rm -rf "$archive"' EXIT
# An archive works with every builder; `kind load docker-image` asks docker alone.
for builder in ${BUILDER:-docker podman buildah}; do
  case $builder in
    docker) save=(docker image save --output "$archive/image.tar" "$image") ;;
    podman) save=(podman image save --quiet --output "$archive/image.tar" "$image") ;;
    buildah) save=(buildah push --quiet "$image" "docker-archive:$archive/image.tar:$image") ;;
  esac
  if command -v "$builder" >/dev/null && "${save[@]}" >/dev/null 2>&1; then break; fi
done
if [ ! -s "$archive/image.tar" ]; then
  echo "error: none of ${BUILDER:-docker podman buildah} has $image to hand over. Look at what docker/images.sh printed." >&2
  exit 1
fi
kind load image-archive "$archive/image.tar" --name "$cluster"
echo "$image is in the kind cluster $cluster; next: make deploy"
