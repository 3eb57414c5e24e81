#!/bin/sh
# A monitor, one store that keeps all in memory, no copies, and the S3 gateway on port 7480. The one user has the keys of
# ACCESS_KEY and of the file SECRET_KEY_FILE.
set -eu
known=$(uuidgen)
mon="[v2:127.0.0.1:3300,v1:127.0.0.1:6789]"
mkdir -p /ceph/osd
conf=/ceph/ceph.conf
{
    echo "[global]"
    echo "fsid = $known"
    echo "mon host = $mon"
    echo "public addr = 127.0.0.1"
    echo "keyring = /ceph/keyring"
    echo "run dir = /ceph"
    echo "admin socket = /ceph/\$name.sock"
    echo "log file = /ceph/\$name.log"
    echo "mon data = /ceph/mon"
    echo "osd data = /ceph/osd"
    echo "osd objectstore = memstore"
    echo "osd crush chooseleaf type = 0"
    echo "osd pool default size = 1"
    echo "osd pool default min size = 1"
    echo "osd pool default pg num = 1"
    echo "mon allow pool size one = true"
    echo "rgw frontends = beast endpoint=0.0.0.0:7480"
} >$conf
for name in mon. osd.0 client.admin; do
    ceph-authtool --create-keyring /ceph/one --gen-key --name "$name" \
        --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
    cat /ceph/one >>/ceph/keyring
done
monmaptool --create --addv a "$mon" --fsid "$known" /ceph/monmap >/dev/null
ceph-mon --mkfs -i a --monmap /ceph/monmap --keyring /ceph/keyring -c $conf
ceph-mon -f -i a -c $conf &
ceph -c $conf osd new "$known" >/dev/null
ceph-osd --mkfs -i 0 --osd-uuid "$known" -c $conf
ceph-osd -f -i 0 -c $conf &
radosgw-admin -c $conf user create --uid=app --display-name=app --access-key="$ACCESS_KEY" \
    --secret-key="$(cat "$SECRET_KEY_FILE")" >/dev/null
exec radosgw -f -n client.admin -c $conf
