# Stands in for the official Go image: this host's tool chain on Debian.
FROM perf-stand-in/debian:local
ADD go.tar /usr/local/go/
ENV GOPATH=/go GOTOOLCHAIN=local PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /go
