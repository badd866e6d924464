# Modulo in a container: the service, its workers and its command line are one image.
#
#   docker build --tag modulo:0.1.0 .
#   docker build --tag modulo:0.1.0 --build-arg MODULO_EXTRAS=fast-downward,lpg,otel .
#
# Pinned by tag. For a build that nobody can change under you, name the digest that your registry
# shows: --build-arg PYTHON=docker.io/library/python@sha256:…
ARG PYTHON=docker.io/library/python:3.11.14-slim-bookworm

FROM ${PYTHON} AS builder
# With commas between, any of: planning, fast-downward, lpg, symk, enhsp (needs Java, which is not
# in here), otel. Aries comes as source alone, so nothing here could hold it to a hash.
ARG MODULO_EXTRAS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv tools && python -m venv --without-pip /opt/modulo
COPY requirements.txt requirements-build.txt requirements-extras.txt ./
# Only what the locks name, by hash. The second lock holds all of those extras: a quarter of a
# gigabyte is downloaded then, and below no more of it installed than was asked for.
RUN if [ -n "${MODULO_EXTRAS}" ]; then lock=requirements-extras.txt; else lock=requirements.txt; fi \
    && tools/bin/pip download --quiet --require-hashes --only-binary :all: --dest wheels --requirement "${lock}" \
    && tools/bin/pip install --quiet --require-hashes --requirement requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY planners planners
COPY app app
RUN tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir wheels . \
    && tools/bin/pip --python /opt/modulo/bin/python install --quiet --no-index --find-links wheels \
        "modulo-planning[${MODULO_EXTRAS}]"
# Fast Downward and SymK come with 200 MB of symbols each.
# hadolint ignore=DL3008
RUN if [ -n "${MODULO_EXTRAS}" ]; then \
        apt-get update --quiet \
        && apt-get install --yes --quiet --no-install-recommends binutils \
        && find /opt/modulo -type f -size +20M -path '*/builds/*' -exec strip {} +; \
    fi

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Modulo" \
      org.opencontainers.image.description="A language model proposes plans, a sound verifier decides." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# An init, as nothing else buries what a killed guard of a planner leaves behind.
RUN apt-get update --quiet \
    && apt-get install --yes --quiet --no-install-recommends 'tini=0.19.0-1*' \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 modulo \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /state --shell /usr/sbin/nologin modulo \
    && install --directory --owner modulo --group modulo --mode 0700 /state
# Owned by root: the service cannot change its own code.
COPY --from=builder /opt/modulo /opt/modulo
# It writes below /state, and planners work in /tmp; all else may be read-only.
ENV PATH=/opt/modulo/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    XDG_STATE_HOME=/state \
    MODULO_HOST=0.0.0.0 \
    MODULO_PORT=8000 \
    MODULO_LOG_FORMAT=json
USER 10001:10001
VOLUME /state
EXPOSE 8000
# A worker answers there, too, with MODULO_WORKER_PORT=8000.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["/usr/bin/tini", "--", "modulo"]
CMD ["serve"]
