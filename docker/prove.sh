#!/bin/sh
# Proves the steps of the image without a Docker engine: `docker/prove.sh [FOLDER]`, as root. A bare Debian 12 in a fresh
# chroot, the same install.sh as in the image, then every program that an image starts, as the image's own user and with
# nothing writable but /data and /tmp.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
root=$work/debian
command -v debootstrap >/dev/null || { echo "debootstrap is needed: apt-get install debootstrap"; exit 1; }

step() { printf '%s\n' "-- $*"; }
inside() { chroot "$root" /usr/bin/env -i PATH=/opt/vignet/.venv/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp \
    PIP_CERT=/etc/host-certificates.crt "$@"; }
as_user() { chroot --userspec=10001:10001 "$root" /usr/bin/env -i PATH=/opt/vignet/.venv/bin:/usr/bin:/bin HOME=/tmp \
    VIGNET_DATA=/data "$@"; }

step "a bare Debian 12 in $root"
debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log"; exit 1; }
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
trap 'umount -l "$root/proc" "$root/dev" "$root/opt/vignet" 2>/dev/null || true' EXIT

# The chroot trusts what this host trusts, and reaches the package index in the same way.
cp /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/pip.conf"
mkdir -p "$root/source"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/host-certificates.crt"
git -C "$here" archive HEAD | tar -x -C "$root/source"

step "install.sh, as the Dockerfile runs it"
inside sh /source/docker/install.sh /source /opt/vignet
rm -rf "$root/source"

step "the image's user, and a read-only /opt/vignet"
inside useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin vignet
inside install -d -o vignet -g vignet -m 700 /data
mount --bind "$root/opt/vignet" "$root/opt/vignet"
mount -o remount,ro,bind "$root/opt/vignet"
if as_user sh -c 'touch /opt/vignet/x' 2>/dev/null; then echo "/opt/vignet can be written"; exit 1; fi

step "what each service starts"
cd_run() { as_user sh -c "cd /opt/vignet && $1"; }
cd_run "python -m storage.base.migrate" 2>&1 | tail -1
cd_run "flask --app webapp routes" | tail -1
cd_run "python -c 'import recorder.http.server, recorder.worker, webapp.worker; from recorder import ffmpeg; print(ffmpeg.binary())'"
cd_run "celery -A recorder.worker report" | grep -m1 -i celery
cd_run "caddy version"
cd_run "VIGNET_SITE=http://localhost:8000 caddy validate --adapter caddyfile --config docker/edge/Caddyfile" 2>&1 | tail -1
cd_run "python3 docker/local/swift_s3.py --prepare --data /data/swift --port 8080 && ls -m /data/swift/etc"
cd_run "gunicorn --check-config 'webapp:serve()' && echo gunicorn ok"
step "all of it runs as $(as_user id -u) in $(inside sh -c 'cat /etc/debian_version') with $(inside python3 --version)"
