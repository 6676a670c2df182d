ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=c4727fb930824507511bb522acd2857f706e7aa1acf0d1fc3442447133a21a06

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'python3-aiohttp' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000-dependency.py","/usr/local/lib/dependency/dependency.py"]
RUN chmod 0755 '/usr/local/lib/dependency/dependency.py'
COPY ["files/001-faults.py","/usr/local/lib/dependency/faults.py"]
COPY ["files/002-script.py","/usr/local/lib/dependency/script.py"]
COPY ["files/003-tcp.py","/usr/local/lib/dependency/tcp.py"]
COPY ["files/004-web.py","/usr/local/lib/dependency/web.py"]

RUN ["ln","-s","/usr/local/lib/dependency/dependency.py","/usr/local/bin/dependency"]
