ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=26ee75a7ab3397859d96d118e43f99bf008dbae4ed1cef11cfa681673f7a5fba

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'curl' 'nginx=1.22.1-9' 'python3-pip' 'redis-server=5:7.0.15-*' 'systemd-sysv=252.39-*' 'systemd=252.39-*' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

ARG TRUSTED_CA
RUN if [ -n "${TRUSTED_CA:-}" ]; then cat /etc/ssl/certs/ca-certificates.crt > /tmp/trusted.pem && printf '%s' "$TRUSTED_CA" >> /tmp/trusted.pem && export PIP_CERT=/tmp/trusted.pem; fi \
 && python3 -m pip install --quiet --no-cache-dir --break-system-packages 'celery==5.2.6' 'requests==2.32.3' \
 && rm -f /tmp/trusted.pem

RUN getent group 'render' >/dev/null || groupadd --gid 2001 'render' \
 && getent group 'video' >/dev/null || groupadd 'video' \
 && getent group 'adm' >/dev/null || groupadd 'adm' \
 && useradd --create-home --home-dir '/srv/render' --uid 2001 --gid 'render' --groups 'video,adm' --shell '/bin/sh' 'render'
RUN getent group 'deploy' >/dev/null || groupadd --gid 3000 'deploy' \
 && useradd --create-home --home-dir '/home/deploy' --uid 2002 --gid 'deploy' --shell '/bin/bash' 'deploy' \
 && mkdir -p /etc/sudoers.d \
 && printf '%b' 'deploy ALL=(ALL:ALL) NOPASSWD: /usr/bin/systemctl restart web, /usr/bin/env A\\=1\\,2 x\\:y \\#z\n' > '/etc/sudoers.d/deploy' && chmod 0440 '/etc/sudoers.d/deploy'
RUN getent group 'admin' >/dev/null || groupadd --gid 2003 'admin' \
 && useradd --create-home --home-dir '/home/admin' --uid 2003 --gid 'admin' --shell '/bin/bash' 'admin' \
 && mkdir -p /etc/sudoers.d \
 && printf '%b' 'admin ALL=(ALL:ALL) NOPASSWD: ALL\n' > '/etc/sudoers.d/admin' && chmod 0440 '/etc/sudoers.d/admin'

RUN ln -sfn '/usr/share/zoneinfo/Pacific/Chatham' /etc/localtime \
 && printf '%b' 'Pacific/Chatham\n' > '/etc/timezone' \
 && printf '%b' 'LANG=de_DE.UTF-8\n' > '/etc/default/locale'

RUN mkdir -p /etc/sysctl.d \
 && printf '%b' 'fs.file-max = 100000\nnet.core.somaxconn = 512\n' > '/etc/sysctl.d/60-understudy.conf' \
 && mkdir -p /etc/security/limits.d \
 && printf '%b' '* - nofile 65536\n* - nproc 4096\n* - core 0\n' > '/etc/security/limits.d/60-understudy.conf' \
 && mkdir -p /etc/systemd/system.conf.d \
 && printf '%b' '[Manager]\nDefaultLimitNOFILE=65536\nDefaultLimitNPROC=4096\nDefaultLimitCORE=0K\n' > '/etc/systemd/system.conf.d/61-understudy-limits.conf'

ENV EMPTY=""
ENV PLAIN="value"
ENV QUOTES="it's \"quoted\""
ENV SPECIAL="\$HOME \\ 100 %"
RUN printf '%b' 'EMPTY=\nPLAIN=value\nQUOTES=it'\''s "quoted"\nSPECIAL=$HOME \\ 100 %\n' > '/etc/environment' \
 && mkdir -p /etc/systemd/system.conf.d \
 && printf '%b' '[Manager]\nDefaultEnvironment="EMPTY=" "PLAIN=value" "QUOTES=it'\''s \\"quoted\\"" "SPECIAL=$HOME \\\\ 100 %%"\n' > '/etc/systemd/system.conf.d/60-understudy.conf'

COPY --chown=render:render ["files/000/it_s__50____HOME.ini","/etc/my app/it\\'s \\\"50%\\\" \\$HOME.ini"]
RUN chmod 0640 '/etc/my app/it'\''s "50%" $HOME.ini'
COPY ["files/001/hello","/usr/local/bin/hello"]
RUN chmod 0755 '/usr/local/bin/hello'
COPY ["files/002/motd","/etc/motd"]

RUN ["sh","-c","echo 'it''s' > /etc/built"]
RUN ["touch","/etc/touched"]

RUN systemctl enable 'redis-server.service' 'nginx.service' \
 && systemctl mask 'apt-daily.service'

RUN rm -f /usr/sbin/policy-rc.d \
 && systemctl mask dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount proc-sys-fs-binfmt_misc.automount systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-timesyncd.service systemd-firstboot.service systemd-update-utmp.service getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
 && systemctl set-default multi-user.target \
 && mkdir -p /var/log/journal /etc/systemd/journald.conf.d \
 && printf '%b' '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nRateLimitIntervalSec=0\n' > '/etc/systemd/journald.conf.d/60-understudy.conf' \
 && : > /etc/machine-id
ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
