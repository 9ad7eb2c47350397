# One image for every role: `events-service run`, `worker`, `migrate`.

# The front end and the wheel are made here; Node, npm's packages and the build tools stay behind.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/events && python -m venv /opt/build
WORKDIR /src
# What changes seldom comes first, so that an edit of the source does not fetch everything anew.
COPY requirements.lock ./
RUN /opt/events/bin/pip install --require-hashes --requirement requirements.lock
COPY frontend/requirements.lock frontend/
RUN /opt/build/bin/pip install --require-hashes --requirement frontend/requirements.lock
COPY . .
RUN /opt/build/bin/hatchling build --target wheel --directory /dist \
    && /opt/events/bin/pip install --no-index --no-deps /dist/*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="events-service" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin events \
    && install --directory --owner=events --group=events --mode=0750 /data
COPY --from=build /opt/events /opt/events
ENV PATH=/opt/events/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 EVENTS_DATA_DIR=/data EVENTS_HOST=0.0.0.0
USER events
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('EVENTS_PORT', '8000')}/health/ready\", timeout=4)"]
CMD ["events-service", "run"]
