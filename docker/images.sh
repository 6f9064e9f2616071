#!/usr/bin/env bash
# Builds the images cpu and gpu with docker, podman or buildah, whichever is there; the same inputs give the same layers.
# Usage: docker/images.sh [TARGET…]        cpu and gpu if none is named
#   REGISTRY    put before the name, and pushed to; without it the images stay on this machine
#   BASE_IMAGE  what to build on, for places that cannot pull the default
#   BUILDER     docker, podman or buildah, where several are there
set -euo pipefail
cd "$(dirname "$0")/.."

builder=${BUILDER:-}
for candidate in docker podman buildah; do
  # docker's command is often there without its daemon
  if [ -z "$builder" ] && command -v "$candidate" >/dev/null && "$candidate" info >/dev/null 2>&1; then builder=$candidate; fi
done
if [ -z "$builder" ]; then
  echo "error: docker (with its daemon running), podman or buildah must be there to build images. Install one of them." >&2
  exit 1
fi

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/iactflow/__init__.py)
# What goes into the images; commits that leave it alone give the same ones.
inputs=(requirements pyproject.toml README.md LICENSE components pipelines k8s/environments src docker/Dockerfile)
revision=$(git log -1 --format=%H -- "${inputs[@]}")
created=$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ "$revision")
# The time stamp of all files: that of the locks, so that the large layers stay the same until the locks change.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct -- requirements)
export SOURCE_DATE_EPOCH
# Without a registry, the name that Kubernetes' nodes take a short one for: an image loaded into kind is then found.
name=${REGISTRY:-docker.io}
name=${name%/}/iactflow/iactflow-python

# What git tracks, as it lies here, and nothing else: no environment, no runs, no secrets.
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
git ls-files -z "${inputs[@]}" |
  tar --create --null --files-from=- | tar --extract --directory="$context"

# Labels that change with each commit come from here: podman takes a LABEL with a build argument from its cache.
label=org.opencontainers.image
arguments=(--file "$context/docker/Dockerfile" --label "$label.version=$version" --label "$label.revision=$revision"
  --label "$label.created=$created")
if [ -n "${BASE_IMAGE:-}" ]; then
  arguments+=(--build-arg "BASE_IMAGE=$BASE_IMAGE" --label "$label.base.name=$BASE_IMAGE")
fi
# The package index is this machine's: pip's configuration and the authorities that sign for the index.
pip_config=${PIP_CONFIG_FILE:-/etc/pip.conf}
if [ -f "$pip_config" ]; then arguments+=(--secret "id=pip,src=$pip_config"); fi
authorities=${PIP_CERT:-${SSL_CERT_FILE:-}}
if [ -n "$authorities" ]; then arguments+=(--secret "id=authorities,src=$authorities"); fi
case $builder in
  docker) export DOCKER_BUILDKIT=1; build=(docker build --build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH") ;;
  # OCI's format knows no health check; one time stamp for all files makes layers comparable
  podman) build=(podman build --format docker --layers --timestamp "$SOURCE_DATE_EPOCH") ;;
  buildah) build=(buildah build --format docker --layers --timestamp "$SOURCE_DATE_EPOCH") ;;
esac
# Runtime options that a machine needs, such as --network host or --runtime runc.
read -r -a more <<<"${BUILD_OPTIONS:-}"

mkdir -p build
rm -f build/cpu.digest build/gpu.digest
for target in "${@:-cpu gpu}"; do
  for flavour in $target; do
    tag=$name:$version-$flavour
    "${build[@]}" "${arguments[@]}" "${more[@]}" --target "$flavour" --tag "$tag" "$context"
    if [ -n "${REGISTRY:-}" ]; then
      if [ "$builder" = docker ]; then
        docker push "$tag"
        docker inspect --format '{{index .RepoDigests 0}}' "$tag" | sed 's/.*@//' >"build/$flavour.digest"
      else
        "$builder" push --digestfile "build/$flavour.digest" "$tag"
      fi
    fi
    python3 docker/sbom.py "$flavour" "build/sbom-$flavour.json"
    size=$("$builder" inspect --type image --format '{{.Size}}' "$tag" 2>/dev/null || echo 0)
    digest=$(sed -n 1p "build/$flavour.digest" 2>/dev/null || true)
    echo "$tag ${digest:+$digest }$((size / 1000000)) MB, build/sbom-$flavour.json"
  done
done
