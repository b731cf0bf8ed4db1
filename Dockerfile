# Studyhall in a container; compose.yaml runs it with everything that it needs.
# Only plain instructions, so that BuildKit, the classic builder and Podman all take this file.

# For builds that are the same in a year, name the image by its digest: --build-arg BASE=python@sha256:…
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS builder
# without pip in it, for nothing is installed into it later
RUN python -m venv --without-pip /opt/venv
COPY requirements.lock /tmp/
# wheels only: the slim image has no compiler, and no package runs code of its own while it is installed
RUN pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir --no-compile \
        --only-binary=:all: --require-hashes -r /tmp/requirements.lock \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib
WORKDIR /app
COPY LICENSE ./
COPY bot/ bot/
COPY cogs/ cogs/
COPY questions/ questions/
# the checkout's permissions depend on its owner's umask; the bot's user must be able to read everything
RUN chmod -R u=rwX,go=rX /app && python -m compileall -q --invalidation-mode unchecked-hash bot cogs

FROM ${BASE}
LABEL org.opencontainers.image.title="Studyhall" \
      org.opencontainers.image.description="A Discord study bot: quizzes with buttons, explanations, hints and leaderboards." \
      org.opencontainers.image.licenses="MIT"
# numbers that stay the same, so that a volume or a folder of the host keeps its owner from image to image
RUN groupadd --gid 10001 studyhall \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin studyhall \
    && install -d -o 10001 -g 10001 -m 0750 /data /backups
COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
COPY --from=builder /app ./
ENV PATH=/opt/venv/bin:$PATH \
    STUDYHALL_DATABASE=/data/studyhall.db \
    STUDYHALL_BACKUPS=/backups
# No image with broken question banks. This also leaves bytecode of what is used of the standard library, which
# the base image lacks: without it each start and each health check would compile it anew.
RUN python -m bot check
# the root file system may be read-only, and all bytecode is there
ENV PYTHONDONTWRITEBYTECODE=1
VOLUME ["/data", "/backups"]
USER 10001:10001
STOPSIGNAL SIGTERM
# the bot leaves a sign of life every 15 seconds once Discord has taken it in
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
