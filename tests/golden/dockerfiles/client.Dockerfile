ARG BASE=understudy/97baeae218d59488:latest
FROM ${BASE}
LABEL dev.understudy.inputs=179addcd1c635a313fef480b1ba2bf7815c00d093230af6984f17a3b127e2585

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'python3-celery=5.2.6-*' 'python3-pil=9.4.0-*' 'python3-pytest=7.2.1-*' 'python3-redis=4.3.4-*' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/guards.py","files/001/archive.py","files/002/render.py","files/003/intake.py","/opt/thumbnails/"]
COPY ["files/004/intake.service","/etc/systemd/system/intake.service"]

RUN systemctl enable 'intake.service'

RUN rm -f /usr/sbin/policy-rc.d \
 && systemctl mask dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount proc-sys-fs-binfmt_misc.automount systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-timesyncd.service systemd-firstboot.service systemd-update-utmp.service getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
 && systemctl set-default multi-user.target \
 && mkdir -p /var/log/journal /etc/systemd/journald.conf.d \
 && printf '%b' '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nRateLimitIntervalSec=0\n' > '/etc/systemd/journald.conf.d/60-understudy.conf' \
 && : > /etc/machine-id
ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
