# gpurules as a container: docker build -t gpurules . && docker run --rm gpurules render
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY gpurules gpurules
COPY templates templates
RUN ["python", "-m", "venv", "/opt/gpurules"]
RUN ["/opt/gpurules/bin/python", "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "."]

FROM python:${PYTHON}-slim
COPY --from=build /opt/gpurules /opt/gpurules
ENV PATH=/opt/gpurules/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/opt/gpurules/bin/gpurules"]
CMD ["--help"]
