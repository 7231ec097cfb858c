# syntax=docker/dockerfile:1
# One image for `sammot web`, `sammot events`, `sammot worker` and `sammot migrate`: see compose.yaml.

FROM node:24.11-bookworm-slim AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web ./
RUN npm run build

FROM python:3.13-slim-bookworm AS packages
# `sam` adds Segment Anything, with torch for NVIDIA's GPUs: some gigabytes.
ARG EXTRAS=""
WORKDIR /build
RUN python -m venv --without-pip /venv
COPY requirements/service.txt requirements/
RUN pip --python /venv/bin/python install --no-cache-dir --require-hashes -r requirements/service.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY --from=page /build/src/sammot/web src/sammot/web
# What is installed here is ourselves.
# hadolint ignore=DL3013
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
    && if [ -n "$EXTRAS" ]; then pip --python /venv/bin/python install --no-cache-dir ".[$EXTRAS]"; fi \
    && pip --python /venv/bin/python uninstall --yes setuptools

FROM python:3.13-slim-bookworm
COPY --from=packages /venv /venv
RUN groupadd --gid 10001 sammot \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin sammot \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SAMMOT_HOST=0.0.0.0 \
    SAMMOT_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
# For `web` and `events`; workers say in the store that they live.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/api/health', timeout=4)"]
ENTRYPOINT ["sammot"]
CMD ["web", "--processes", "2"]
