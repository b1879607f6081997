# Stands in for the official Rust image: this host's tool chain on Debian.
FROM perf-stand-in/debian:local
# Whatever Debian has today.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
ADD toolchain.tar /usr/local/
ENV CARGO_HOME=/usr/local/cargo
