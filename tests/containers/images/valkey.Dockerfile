# Stands in for valkey/valkey:8-alpine: Valkey 8 of Debian 13.
FROM debian:13-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends valkey-server valkey-tools >/dev/null \
    && rm -rf /var/lib/apt/lists/* && install -d -o valkey -g valkey /data
WORKDIR /data
VOLUME /data
USER valkey
CMD ["valkey-server"]
