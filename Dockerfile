# syntax=docker/dockerfile:1
# Debian 13 has glibc 2.41; Chroma's native binding needs 2.39 or newer.
ARG DENO_VERSION=2.9.6
FROM denoland/deno:bin-${DENO_VERSION} AS deno

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Tutti" \
      org.opencontainers.image.description="Queues, scrapes, caches, indexes and searches, in one process" \
      org.opencontainers.image.licenses="MIT"

COPY --from=deno /deno /usr/local/bin/deno
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent --no-create-home tutti \
 && install -d -o tutti -g tutti /app /deno-dir /var/lib/tutti /var/cache/tutti /var/log/tutti

ENV DENO_DIR=/deno-dir \
    DENO_NO_UPDATE_CHECK=1 \
    DENO_NO_PROMPT=1 \
    HOME=/var/cache/tutti \
    HOST=0.0.0.0 \
    PORT=8080 \
    TEST_ENDPOINTS=off \
    DATA_DIR=/var/lib/tutti \
    CACHE_DIR=/var/cache/tutti \
    LOG_DIR=/var/log/tutti

USER tutti
WORKDIR /app

# Dependencies change seldom: a layer of their own, exactly as deno.lock says.
COPY --chown=tutti:tutti deno.json deno.lock ./
COPY --chown=tutti:tutti src/dashboard/app/deno.json src/dashboard/app/
RUN deno ci

COPY --chown=tutti:tutti main.ts LICENSE ./
COPY --chown=tutti:tutti src/ src/
# Compiled now, so that a container starts at once and without a network.
RUN deno cache --frozen main.ts src/workers/entry.ts src/sandbox/child/entry.ts src/sandbox/browser/host/entry.ts src/search/thread/index_entry.ts src/search/thread/search_entry.ts src/doctor/main.ts src/app/healthcheck.ts

VOLUME ["/var/lib/tutti", "/var/cache/tutti", "/var/log/tutti"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["deno", "run", "--no-prompt", "--cached-only", "--allow-env=PORT", "--allow-net=127.0.0.1", "src/app/healthcheck.ts"]

# No init is needed: the service waits for every child it starts and handles SIGTERM and SIGINT itself.
ENTRYPOINT ["deno", "run", "-P=service", "--v8-flags=--max-semi-space-size=8", "--cached-only", "--frozen", "main.ts"]
