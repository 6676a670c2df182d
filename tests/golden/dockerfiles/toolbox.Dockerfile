ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=266120eb8d9875ebd4048a2043c9c01ab68cdde0df0e4bb85d9040187b7e488f

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'bash' 'gcc' 'iproute2' 'iptables' 'libc6-dev' 'libfuse3-dev' 'libnetfilter-queue-dev' 'libnfnetlink-dev' 'libnftables-dev' 'nftables' 'procps' 'tcpdump' 'util-linux' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000-runner.c","/usr/local/src/runner.c"]
COPY ["files/001-process.h","/usr/local/src/process.h"]
COPY ["files/002-held.h","/usr/local/src/held.h"]
COPY ["files/003-asking.h","/usr/local/src/asking.h"]
COPY ["files/004-linkjitter.h","/usr/local/src/linkjitter.h"]
COPY ["files/005-linkshape.c","/usr/local/src/linkshape.c"]
COPY ["files/006-queuerule.c","/usr/local/src/queuerule.c"]
COPY ["files/007-linkprobe.c","/usr/local/src/linkprobe.c"]
COPY ["files/008-diskfill.c","/usr/local/src/diskfill.c"]
COPY ["files/009-diskreadonly.c","/usr/local/src/diskreadonly.c"]
COPY ["files/010-disklayer.h","/usr/local/src/disklayer.h"]
COPY ["files/011-disklayer.c","/usr/local/src/disklayer.c"]
COPY ["files/012-calls.h","/usr/local/src/disklayer/calls.h"]
COPY ["files/013-contents.c","/usr/local/src/disklayer/contents.c"]
COPY ["files/014-control.c","/usr/local/src/disklayer/control.c"]
COPY ["files/015-control.h","/usr/local/src/disklayer/control.h"]
COPY ["files/016-descriptor.h","/usr/local/src/disklayer/descriptor.h"]
COPY ["files/017-faults.c","/usr/local/src/disklayer/faults.c"]
COPY ["files/018-faults.h","/usr/local/src/disklayer/faults.h"]
COPY ["files/019-keeper.c","/usr/local/src/disklayer/keeper.c"]
COPY ["files/020-keeper.h","/usr/local/src/disklayer/keeper.h"]
COPY ["files/021-mounts.c","/usr/local/src/disklayer/mounts.c"]
COPY ["files/022-mounts.h","/usr/local/src/disklayer/mounts.h"]
COPY ["files/023-names.c","/usr/local/src/disklayer/names.c"]
COPY ["files/024-processes.c","/usr/local/src/disklayer/processes.c"]
COPY ["files/025-processes.h","/usr/local/src/disklayer/processes.h"]
COPY ["files/026-server.c","/usr/local/src/disklayer/server.c"]
COPY ["files/027-server.h","/usr/local/src/disklayer/server.h"]
COPY ["files/028-tree.c","/usr/local/src/disklayer/tree.c"]
COPY ["files/029-tree.h","/usr/local/src/disklayer/tree.h"]
COPY ["files/030-unsynced.c","/usr/local/src/disklayer/unsynced.c"]
COPY ["files/031-unsynced.h","/usr/local/src/disklayer/unsynced.h"]
COPY ["files/032-diskfault.c","/usr/local/src/diskfault.c"]
COPY ["files/033-diskprobe.c","/usr/local/src/diskprobe.c"]
COPY ["files/034-processwatch.c","/usr/local/src/processwatch.c"]
COPY ["files/035-unitfault.c","/usr/local/src/unitfault.c"]
COPY ["files/036-unitstarts.c","/usr/local/src/unitstarts.c"]
COPY ["files/037-pathmode.c","/usr/local/src/pathmode.c"]
COPY ["files/038-clockshift.h","/usr/local/src/clockshift.h"]
COPY ["files/039-clockshift.c","/usr/local/src/clockshift.c"]
COPY ["files/040-clockset.c","/usr/local/src/clockset.c"]
COPY ["files/041-clockask.c","/usr/local/src/clockask.c"]
COPY ["files/042-dependencyfault.c","/usr/local/src/dependencyfault.c"]
COPY ["files/043-httpprobe.c","/usr/local/src/httpprobe.c"]
COPY ["files/044-tcpprobe.c","/usr/local/src/tcpprobe.c"]
COPY ["files/045-dnsfault.c","/usr/local/src/dnsfault.c"]
COPY ["files/046-dnsprobe.c","/usr/local/src/dnsprobe.c"]
COPY ["files/047-portprobe.c","/usr/local/src/portprobe.c"]
COPY ["files/048-imds.c","/usr/local/src/imds.c"]
COPY ["files/049-imdsprobe.c","/usr/local/src/imdsprobe.c"]
COPY ["files/050-signalwatch.c","/usr/local/src/signalwatch.c"]
COPY ["files/051-pathcall.h","/usr/local/src/pathcall.h"]
COPY ["files/052-onlooker.h","/usr/local/src/onlooker.h"]
COPY ["files/053-crashpoint.c","/usr/local/src/crashpoint.c"]
COPY ["files/054-crashwatch.c","/usr/local/src/crashwatch.c"]
COPY ["files/055-eventwait.c","/usr/local/src/eventwait.c"]
COPY ["files/056-hold","/usr/local/bin/hold"]
RUN chmod 0755 '/usr/local/bin/hold'
COPY ["files/057-unitswitch","/usr/local/bin/unitswitch"]
RUN chmod 0755 '/usr/local/bin/unitswitch'
COPY ["files/058-rootqdisc","/usr/local/bin/rootqdisc"]
RUN chmod 0755 '/usr/local/bin/rootqdisc'
COPY ["files/059-unitsetting","/usr/local/bin/unitsetting"]
RUN chmod 0755 '/usr/local/bin/unitsetting'
COPY ["files/060-replacing.sh","/usr/local/lib/replacing.sh"]
COPY ["files/061-accountless","/usr/local/bin/accountless"]
RUN chmod 0755 '/usr/local/bin/accountless'
COPY ["files/062-package.sh","/usr/local/lib/package.sh"]
COPY ["files/063-packageless","/usr/local/bin/packageless"]
RUN chmod 0755 '/usr/local/bin/packageless'
COPY ["files/064-otherversion","/usr/local/bin/otherversion"]
RUN chmod 0755 '/usr/local/bin/otherversion'
COPY ["files/065-captureend","/usr/local/bin/captureend"]
RUN chmod 0755 '/usr/local/bin/captureend'
COPY ["files/066-abilities","/usr/local/bin/abilities"]
RUN chmod 0755 '/usr/local/bin/abilities'

RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/runner","/usr/local/src/runner.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/linkshape","/usr/local/src/linkshape.c","-lnetfilter_queue","-lnfnetlink","-lm"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/queuerule","/usr/local/src/queuerule.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/linkprobe","/usr/local/src/linkprobe.c","-lm"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/diskfill","/usr/local/src/diskfill.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/diskreadonly","/usr/local/src/diskreadonly.c"]
RUN ["gcc","-O2","-Wall","-DFUSE_USE_VERSION=312","-I/usr/include/fuse3","-o","/usr/local/bin/disklayer","/usr/local/src/disklayer.c","/usr/local/src/disklayer/contents.c","/usr/local/src/disklayer/control.c","/usr/local/src/disklayer/faults.c","/usr/local/src/disklayer/keeper.c","/usr/local/src/disklayer/mounts.c","/usr/local/src/disklayer/names.c","/usr/local/src/disklayer/processes.c","/usr/local/src/disklayer/server.c","/usr/local/src/disklayer/tree.c","/usr/local/src/disklayer/unsynced.c","-lfuse3","-lpthread"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/diskfault","/usr/local/src/diskfault.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/diskprobe","/usr/local/src/diskprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/processwatch","/usr/local/src/processwatch.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/unitfault","/usr/local/src/unitfault.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/unitstarts","/usr/local/src/unitstarts.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/pathmode","/usr/local/src/pathmode.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/eventwait","/usr/local/src/eventwait.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/clockset","/usr/local/src/clockset.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/clockask","/usr/local/src/clockask.c"]
RUN ["gcc","-O2","-Wall","-shared","-fPIC","-fvisibility=hidden","-mgeneral-regs-only","-o","/usr/local/lib/clockshift.so","/usr/local/src/clockshift.c","-Wl,--no-as-needed","-l:libdl.so.2"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/dependencyfault","/usr/local/src/dependencyfault.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/httpprobe","/usr/local/src/httpprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/tcpprobe","/usr/local/src/tcpprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/dnsfault","/usr/local/src/dnsfault.c","-lnftables","-lpthread"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/dnsprobe","/usr/local/src/dnsprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/portprobe","/usr/local/src/portprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/imds","/usr/local/src/imds.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/imdsprobe","/usr/local/src/imdsprobe.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/signalwatch","/usr/local/src/signalwatch.c"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/crashpoint","/usr/local/src/crashpoint.c","-lpthread"]
RUN ["gcc","-O2","-Wall","-o","/usr/local/bin/crashwatch","/usr/local/src/crashwatch.c"]
