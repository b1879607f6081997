# Stands in for an image with a JDK: this host's newest, with the certificates it trusts.
FROM perf-stand-in/debian:local
ADD jdk.tar /opt/java/openjdk/
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
