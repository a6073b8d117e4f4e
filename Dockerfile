# One image per service, with only the packages and code of that service. Build one image with
#
#     docker build --target tts --tag scenewire/tts .
#
# or all images with `docker compose build`. PYTHON may name another registry or pin a digest. It must be an image with
# CPython 3.12 on Debian or Ubuntu.
ARG PYTHON=python:3.12-slim-bookworm

# --- packages: one virtual environment per lock, with its bill of materials ---------------------------------------------
FROM ${PYTHON} AS packages
ENV PIP_CACHE_DIR=/var/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv \
 && echo /app > "$(/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/scenewire.pth"
RUN --mount=type=bind,source=requirements/sbom.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    python -m venv --without-pip /sbom \
 && pip --python /sbom install --require-hashes --only-binary :all: --requirement /lock.txt
COPY --chmod=755 <<'EOF' /usr/local/bin/install-packages
#!/bin/sh
set -eu
pip --python /venv install --require-hashes "$@" --requirement /lock.txt
/sbom/bin/cyclonedx-py environment --output-reproducible --output-file /venv/sbom.cdx.json /venv
EOF

FROM packages AS script-packages
RUN --mount=type=bind,source=requirements/script.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

FROM packages AS tts-packages
RUN --mount=type=bind,source=requirements/tts.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

# PyTorch's wheels contain CUDA; the host provides the driver.
FROM packages AS tts-gpu-packages
RUN --mount=type=bind,source=requirements/tts-gpu.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all: --no-binary docopt  # which has no wheel

FROM packages AS sourcing-packages
RUN --mount=type=bind,source=requirements/sourcing.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

FROM packages AS assembly-packages
RUN --mount=type=bind,source=requirements/assembly.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

FROM packages AS recorder-packages
RUN --mount=type=bind,source=requirements/recorder.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

FROM packages AS gateway-packages
RUN --mount=type=bind,source=requirements/gateway.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    install-packages --only-binary :all:

# --- code: readable by all users regardless of the checkout's file modes; compiled, because the runtime is read-only ---
FROM packages AS code
WORKDIR /app
COPY cli cli
COPY services services
COPY shared shared
RUN chmod -R a+rX,go-w . && python -m compileall -q --invalidation-mode unchecked-hash .

# --- typefaces: cut once, because the runtime is read-only ---------------------------------------------------------------
FROM assembly-packages AS typefaces
COPY --from=code /app/shared/scenewire /app/scenewire
COPY --from=code /app/services/assembly/scenewire_assembly /app/scenewire_assembly
RUN /venv/bin/python -m scenewire_assembly.typefaces /typefaces && chmod -R a+rX /typefaces

# --- base of all images -----------------------------------------------------------------------------------------------
# `docker compose build` adds the labels of version and revision.
FROM ${PYTHON} AS runtime
LABEL org.opencontainers.image.title="scenewire" \
      org.opencontainers.image.source="https://github.com/scenewire/scenewire" \
      org.opencontainers.image.documentation="https://github.com/scenewire/scenewire/tree/main/docs" \
      org.opencontainers.image.licenses="Apache-2.0"
# A new volume inherits the owner of the folder at its mount point.
RUN groupadd --gid 10001 scenewire \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin scenewire \
 && install -d -o 10001 -g 10001 /var/lib/scenewire /var/lib/scenewire/artifacts /var/lib/scenewire/record \
        /var/lib/scenewire/nats /var/lib/scenewire/credentials /var/lib/scenewire/library /var/lib/scenewire/weights \
        /var/lib/scenewire/music /var/lib/scenewire/orders /var/lib/scenewire/gateway /var/lib/scenewire/fonts
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp
WORKDIR /app
COPY --from=code /app/shared/scenewire scenewire
USER 10001:10001
STOPSIGNAL SIGTERM

# --- images -------------------------------------------------------------------------------------------------------------
FROM runtime AS script
COPY --from=script-packages /venv /venv
COPY --from=code /app/services/script/scenewire_script scenewire_script
CMD ["faststream", "run", "scenewire_script.app:create_app", "--factory"]

FROM runtime AS tts
COPY --from=tts-packages /venv /venv
COPY --from=code /app/services/tts/scenewire_tts scenewire_tts
CMD ["faststream", "run", "scenewire_tts.app:create_app", "--factory"]

FROM runtime AS tts-gpu
COPY --from=tts-gpu-packages /venv /venv
COPY --from=code /app/services/tts/scenewire_tts scenewire_tts
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
CMD ["faststream", "run", "scenewire_tts.app:create_app", "--factory"]

# The bundled footage servers run as child processes of this service.
FROM runtime AS sourcing
COPY --from=sourcing-packages /venv /venv
COPY --from=code /app/services/sourcing/scenewire_sourcing scenewire_sourcing
CMD ["faststream", "run", "scenewire_sourcing.app:create_app", "--factory"]

# ffmpeg comes from the lock: the same build, and so the same picture, on every host.
FROM runtime AS assembly
COPY --from=assembly-packages /venv /venv
COPY --from=code /app/services/assembly/scenewire_assembly scenewire_assembly
COPY --from=typefaces /typefaces /usr/local/share/scenewire/typefaces
ENV ASSEMBLY_TYPEFACES_DIR=/usr/local/share/scenewire/typefaces
CMD ["faststream", "run", "scenewire_assembly.app:create_app", "--factory"]

# With the drivers of AMD's and Intel's cards. NVIDIA's come from the host.
FROM assembly AS assembly-vaapi
USER 0:0
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
        libva2 libva-drm2 mesa-va-drivers intel-media-va-driver libmfx1 libmfx-gen1.2 \
 && rm -rf /var/lib/apt/lists/*
USER 10001:10001

FROM runtime AS recorder
COPY --from=recorder-packages /venv /venv
COPY --from=code /app/services/recorder/scenewire_recorder scenewire_recorder
CMD ["faststream", "run", "scenewire_recorder.app:create_app", "--factory"]

FROM runtime AS gateway
COPY --from=gateway-packages /venv /venv
COPY --from=code /app/services/gateway/scenewire_gateway scenewire_gateway
EXPOSE 8321
CMD ["faststream", "run", "scenewire_gateway.app:create_app", "--factory"]

# One-off tasks and the command: credentials, streams, schema, scenewire.
FROM recorder AS tools
COPY --from=code /app/cli/scenewire_cli scenewire_cli
COPY --from=code /app/services/gateway/scenewire_gateway scenewire_gateway
ENV SCENEWIRE_DATA=/var/lib/scenewire/orders
ENTRYPOINT ["python", "-m", "scenewire_cli"]
CMD ["--help"]
