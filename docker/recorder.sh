#!/bin/sh
# Starts a recorder in a container. It comes back whatever ends it, with one exception: when the office told it to end
# (`flask recorders drain`), it has ended in peace and the container waits here until somebody starts it anew.
python -m recorder.http.server &
recorder=$!
told=
trap 'told=yes; kill -TERM "$recorder"' TERM INT
# `wait` returns when a signal comes, and is asked again.
wait "$recorder"
code=$?
while kill -0 "$recorder" 2>/dev/null; do
    wait "$recorder"
    code=$?
done
[ -z "$told" ] && [ "$code" -eq 0 ] || exit "$code"
echo "This recorder was told to end, and has. \`docker compose … restart recorder\` starts it anew."
trap 'exit 0' TERM INT
sleep infinity &
wait $!
