# Stands in for rabbitmq:4-alpine: RabbitMQ 4.0 of Debian 13.
FROM debian:13-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rabbitmq-server >/dev/null \
    && rm -rf /var/lib/apt/lists/* && install -d -o rabbitmq -g rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
ENV RABBITMQ_LOGS=- HOME=/var/lib/rabbitmq
VOLUME /var/lib/rabbitmq
USER rabbitmq
CMD ["/usr/lib/rabbitmq/bin/rabbitmq-server"]
