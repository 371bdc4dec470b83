# tutti without a GPU. Build it at the root of the repository, and run it on songs in this folder:
#   docker build -f docker/cpu.Dockerfile -t tutti .
#   docker run --rm --user "$(id -u)" -v "$PWD:/data" tutti genre song.mp3
FROM debian:12-slim AS build
WORKDIR /src
COPY . .
RUN scripts/package -DTUTTI_CUDA=OFF

FROM debian:12-slim
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
