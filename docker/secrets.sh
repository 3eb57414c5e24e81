#!/bin/sh
# Makes the secrets that docker/compose.yml mounts, once: `docker/secrets.sh`. What exists is left alone.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
# Only the owner can enter the folder. The files themselves are for everybody, since a container sees them one by one
# and reads them as the user that its service runs as.
chmod 0700 secrets
keep() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; chmod 0444 "secrets/$1"; }
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
plain() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

keep secret_key "$(random 48)"
keep master_key "$(random 32)"
keep backup_key "$(random 32)"
keep audit_key "$(random 32)"
keep s3_secret_key "$(plain)"
keep database_password "$(plain)"
password=$(cat secrets/database_password)
keep database_url "postgresql+psycopg://vignet:$password@database/vignet"
broker=$(plain)
keep broker_url "redis://:$broker@valkey:6379/0"
keep valkey_conf "requirepass $(sed 's,^redis://:,,;s,@.*,,' secrets/broker_url)"
# Where the web apps count together who tries too often: that Valkey, also where another broker carries the jobs.
keep limits_url "$(cat secrets/broker_url)"
# For docker/compose.rabbitmq.yml and docker/compose.pgbouncer.yml; nothing reads them without.
keep rabbitmq_password "$(plain)"
rabbit=$(cat secrets/rabbitmq_password)
keep rabbitmq_url "amqp://vignet:$rabbit@rabbitmq:5672//"
keep rabbitmq_conf "default_user = vignet
default_pass = $rabbit"
keep pgbouncer_users "\"vignet\" \"$password\""
keep pgbouncer_url "postgresql+psycopg://vignet:$password@pgbouncer:6432/vignet"
keep turn_secret "$(plain)"
echo "The secrets are in $(pwd)/secrets. Keep master_key and backup_key somewhere safe too: without the one no original can be read, without the other no backup."
