# One image for every process: the command says which (see compose.yaml and marketplace/local/processes.py).

FROM node:24-slim AS front
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home beckon && install -d -o beckon -g beckon /var/lib/beckon
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=marketplace.settings \
    BECKON_STATE_DIR=/var/lib/beckon
WORKDIR /srv/beckon
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=front /build/web/dist web/dist
USER beckon
VOLUME /var/lib/beckon
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["python", "-m", "uvicorn", "marketplace.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--loop", "uvloop", "--http", "httptools", "--lifespan", "auto", "--no-access-log", \
     "--no-proxy-headers", "--no-server-header", \
     "--ws", "realtime.keepalive:PatientProtocol", "--ws-max-size", "65536", "--ws-per-message-deflate", "false", \
     "--ws-ping-interval", "10", "--ws-ping-timeout", "10", "--timeout-graceful-shutdown", "5"]
