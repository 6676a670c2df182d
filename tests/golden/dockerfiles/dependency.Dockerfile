ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=516d256f74dbe62b7b7f4e7d4a368fd05469895496c4f05c3791f8d6fb0e8a53

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'python3-aiohttp' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/dependency.py","/usr/local/lib/dependency/dependency.py"]
RUN chmod 0755 '/usr/local/lib/dependency/dependency.py'
COPY ["files/001/faults.py","files/002/script.py","files/003/tcp.py","files/004/web.py","/usr/local/lib/dependency/"]

RUN ["ln","-s","/usr/local/lib/dependency/dependency.py","/usr/local/bin/dependency"]
