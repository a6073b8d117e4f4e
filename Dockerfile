# One image for each service: its own packages, its own code, nobody else's. Build one with
#
#     docker build --target tts --tag scenewire/tts .
#
# or all of them with `docker compose build`. PYTHON may name another registry or pin a digest; any image with a CPython
# 3.12 on a Debian or Ubuntu will do.
ARG PYTHON=python:3.12-slim-bookworm

# --- packages: a virtual environment for each lock ---------------------------------------------------------------------
FROM ${PYTHON} AS packages
ENV PIP_CACHE_DIR=/var/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv \
 && echo /app > "$(/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/scenewire.pth"

FROM packages AS script-packages
RUN --mount=type=bind,source=requirements/script.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --only-binary :all: --requirement /lock.txt

FROM packages AS tts-packages
RUN --mount=type=bind,source=requirements/tts.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --only-binary :all: --requirement /lock.txt

# PyTorch's wheels bring CUDA with them; the host brings the driver.
FROM packages AS tts-gpu-packages
RUN --mount=type=bind,source=requirements/tts-gpu.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --requirement /lock.txt

FROM packages AS sourcing-packages
RUN --mount=type=bind,source=requirements/sourcing.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --only-binary :all: --requirement /lock.txt

FROM packages AS assembly-packages
RUN --mount=type=bind,source=requirements/assembly.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --only-binary :all: --requirement /lock.txt

FROM packages AS recorder-packages
RUN --mount=type=bind,source=requirements/recorder.txt,target=/lock.txt --mount=type=cache,target=/var/cache/pip \
    pip --python /venv install --require-hashes --only-binary :all: --requirement /lock.txt

# --- code: readable by everybody whatever the checkout's modes are, compiled because nothing is written later ----------
FROM packages AS code
WORKDIR /app
COPY cli cli
COPY services services
COPY shared shared
RUN chmod -R a+rX,go-w . && python -m compileall -q --invalidation-mode unchecked-hash .

# --- what all images have in common -----------------------------------------------------------------------------------
FROM ${PYTHON} AS runtime
# A fresh volume takes its owner from the folder that it covers.
RUN groupadd --gid 10001 scenewire \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin scenewire \
 && install -d -o 10001 -g 10001 /var/lib/scenewire /var/lib/scenewire/artifacts /var/lib/scenewire/record \
        /var/lib/scenewire/nats /var/lib/scenewire/credentials /var/lib/scenewire/library /var/lib/scenewire/weights \
        /var/lib/scenewire/orders
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp
WORKDIR /app
COPY --from=code /app/shared/scenewire scenewire
USER 10001:10001
STOPSIGNAL SIGTERM

# --- the images ---------------------------------------------------------------------------------------------------------
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

# The shipped footage servers run as child processes of this one.
FROM runtime AS sourcing
COPY --from=sourcing-packages /venv /venv
COPY --from=code /app/services/sourcing/scenewire_sourcing scenewire_sourcing
CMD ["faststream", "run", "scenewire_sourcing.app:create_app", "--factory"]

# Its ffmpeg comes with the lock: the same build, and so the same picture, on every host.
FROM runtime AS assembly
COPY --from=assembly-packages /venv /venv
COPY --from=code /app/services/assembly/scenewire_assembly scenewire_assembly
CMD ["faststream", "run", "scenewire_assembly.app:create_app", "--factory"]

FROM runtime AS recorder
COPY --from=recorder-packages /venv /venv
COPY --from=code /app/services/recorder/scenewire_recorder scenewire_recorder
CMD ["faststream", "run", "scenewire_recorder.app:create_app", "--factory"]

# What is run once or by hand: credentials, streams, schema, and the command.
FROM recorder AS tools
COPY --from=code /app/cli/scenewire_cli scenewire_cli
ENV SCENEWIRE_DATA=/var/lib/scenewire/orders
ENTRYPOINT ["python", "-m", "scenewire_cli"]
CMD ["--help"]
