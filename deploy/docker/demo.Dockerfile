# The service of examples/demo; the build's context is that folder.
FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs npm ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10002 --user-group --create-home demo
WORKDIR /demo
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY service.mjs ./
USER 10002:10002
ENV NATS_URL=nats://nats:4222
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "service.mjs"]
