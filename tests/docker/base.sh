#!/usr/bin/env bash
# Makes the base image of the image tests where no registry can be pulled from: Debian trixie with Python 3.13, from
# the package mirror and the certificate authorities that this machine's own apt is set up with.
# Usage: tests/docker/base.sh NAME
set -euo pipefail
name=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
mirror=$(sed -n -E 's/^URIs: *//p; s/^deb +(\[[^]]*\] +)?([^ ]+).*/\2/p' <<<"$sources" | head -n 1)
mmdebstrap --quiet --variant=minbase --include=python3-minimal,python3-venv,ca-certificates,libgomp1 \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --customize-hook='ln -sf python3 "$1/usr/bin/python"' \
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*' \
  trixie "$root/base.tar" "$mirror"
podman import --quiet "$root/base.tar" "$name"
