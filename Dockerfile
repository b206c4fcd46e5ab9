# Two stages: Swift's own image builds the binary, a slim Debian runs it with the shared libraries it needs and no more.
#
#   docker build --tag vedette --build-arg VEDETTE_REVISION="$(git rev-parse HEAD)" .
#   docker run --publish 7373:7373 --volume vedette:/data vedette

FROM swift:6.3-bookworm AS builder
WORKDIR /vedette
# The packages first, so that a change of the sources does not fetch them again.
COPY scripts/setup.sh scripts/
RUN apt-get update && apt-get install --yes --no-install-recommends make && scripts/setup.sh build \
    && rm -rf /var/lib/apt/lists/*
COPY . .
# The commit, for `vedette version`: .git does not come along.
ARG VEDETTE_REVISION
RUN make build

FROM debian:bookworm-slim
# curl is there for the health check; its library is ours too.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates curl libcurl4 libdeflate0 libgcc-s1 libmicrohttpd12 libre2-9 libsnappy1v5 libsqlite3-0 \
        libstdc++6 libyaml-0-2 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 7373 --home-dir /data --create-home vedette
COPY --from=builder /vedette/.build/release/vedette /usr/local/bin/vedette
USER vedette
WORKDIR /data
VOLUME /data
# Inside a container loopback reaches nobody: listen on every address of it.
ENV VEDETTE_LISTEN=0.0.0.0:7373 VEDETTE_DATA=/data/vedette.db
EXPOSE 7373
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:7373/-/healthy"]
ENTRYPOINT ["vedette"]
CMD ["serve"]
