# syntax=docker/dockerfile:1

# The small plotly.js bundle.
FROM node:24-slim AS plotly
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# The locked Python packages; databases are other containers, so requirements/local.txt is not.
FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/base.txt requirements/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt

# The application, with its static files built and compressed.
FROM packages AS application
WORKDIR /app
COPY --from=plotly /build/node_modules/plotly.js-basic-dist-min node_modules/plotly.js-basic-dist-min
COPY manage.py ./
COPY reference reference
COPY accounts accounts
COPY indicators indicators
COPY ingestion ingestion
COPY dashboard dashboard
COPY mes_dashboard mes_dashboard
COPY fixtures fixtures
COPY templates templates
COPY static static
RUN SECRET_KEY=only-to-collect-static-files-0123456789abcdefghij MES_DATA_DIR=/tmp/build \
    MES_STATIC_ROOT=/app/collected /opt/venv/bin/python manage.py collectstatic --noinput

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin mes \
 && install -d -o mes -g mes -m 0700 /data /inbox
COPY --from=application /opt/venv /opt/venv
COPY --from=application /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mes_dashboard.settings \
    MES_DATA_DIR=/data MES_STATIC_ROOT=/app/collected
WORKDIR /app
USER mes
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-m", "mes_dashboard.probe"]
CMD ["gunicorn", "-c", "python:mes_dashboard.gunicorn_settings"]
