#!/bin/sh
# Builds what an image holds, on a bare Debian 12: `install.sh SOURCE TARGET`. The Dockerfile runs it, and so does
# docker/prove.sh in a fresh chroot, so that what is proven there is what an image is made of.
set -eu
export DEBIAN_FRONTEND=noninteractive
source=$1 target=$2

apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates >/dev/null
rm -rf /var/lib/apt/lists/*

mkdir -p "$target"
python3 -m venv "$target/.venv"
"$target/.venv/bin/pip" install --quiet --no-cache-dir --require-hashes -r "$source/requirements.txt"
if [ "${TRANSCRIBE:-no}" = yes ]; then
    "$target/.venv/bin/pip" install --quiet --no-cache-dir --require-hashes -r "$source/requirements-transcribe.txt"
fi
python3 -m venv "$target/.venv-swift"
"$target/.venv-swift/bin/pip" install --quiet --no-cache-dir --require-hashes -r "$source/docker/local/requirements-swift.txt"
# Nothing is installed any more; what Debian's Python brought along for it is not of today.
for each in .venv .venv-swift; do
    "$target/$each/bin/python" -m pip uninstall --quiet --yes setuptools pip
done

for room in scenarios review storage recorder webapp docker; do
    cp -r "$source/$room" "$target/$room"
done
"$target/.venv/bin/python" -m compileall -q "$target/scenarios" "$target/review" "$target/storage" "$target/recorder" "$target/webapp"
