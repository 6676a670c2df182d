ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=09be913cc29e95e6be8c83969ec4c7aeed99c6e992519b662e3ce62317683292

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'python3-aiohttp' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000-dependency","/usr/local/bin/dependency"]
RUN chmod 0755 '/usr/local/bin/dependency'
