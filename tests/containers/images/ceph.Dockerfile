# Ceph's S3 gateway before the smallest cluster, Ceph 16.2 of Debian 12: for no more than trying it out.
FROM debian:12-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    ceph-mon ceph-osd radosgw ceph-common curl uuid-runtime >/dev/null && rm -rf /var/lib/apt/lists/*
COPY ceph.sh /usr/local/bin/entrypoint
ENTRYPOINT ["sh", "/usr/local/bin/entrypoint"]
