# tutti with kernels for NVIDIA's GPUs. The host needs a driver and the NVIDIA Container Toolkit:
#   docker build -f docker/cuda.Dockerfile -t tutti-cuda .
#   docker run --rm --gpus all -v "$PWD:/data" tutti-cuda devices
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
WORKDIR /src
COPY . .
RUN scripts/package -DTUTTI_CUDA=ON

# The CUDA runtime is linked in; the driver comes from the host.
FROM ubuntu:24.04
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
# hadolint ignore=DL3008
RUN --mount=type=bind,from=build,source=/src/build/package,target=/packages \
    apt-get update \
    && apt-get install -y --no-install-recommends /packages/*.deb \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home tutti
USER 10001
WORKDIR /data
ENTRYPOINT ["tutti"]
CMD ["--help"]
