ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=97baeae218d594884b73fd2cea78e077b7186203c94f9332df9574bf2008d943

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'ca-certificates' 'iproute2=6.1.0-*' 'openssh-client=1:9.2p1-*' 'openssh-server=1:9.2p1-*' 'procps=2:4.0.2-*' 'python3=3.11.2-*' 'systemd-sysv=252.39-*' 'systemd=252.39-*' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/understudy-keys.service","/etc/systemd/system/understudy-keys.service"]
COPY ["files/001/install-keys","/usr/lib/understudy/install-keys"]
RUN chmod 0755 '/usr/lib/understudy/install-keys'

RUN systemctl enable 'ssh.service' 'understudy-keys.service'

RUN rm -f /usr/sbin/policy-rc.d \
 && systemctl mask dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount proc-sys-fs-binfmt_misc.automount systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-timesyncd.service systemd-firstboot.service systemd-update-utmp.service getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
 && systemctl set-default multi-user.target \
 && mkdir -p /var/log/journal /etc/systemd/journald.conf.d \
 && printf '%b' '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nRateLimitIntervalSec=0\n' > '/etc/systemd/journald.conf.d/60-understudy.conf' \
 && : > /etc/machine-id
ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
