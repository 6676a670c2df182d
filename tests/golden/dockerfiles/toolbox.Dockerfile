ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=07f756ef6756646c617ac0f5452747722da790d6dffc9bfecaea338c9c4403af

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'bash' 'gcc' 'iproute2' 'iptables' 'libc6-dev' 'libfuse3-dev' 'libnetfilter-queue-dev' 'libnfnetlink-dev' 'libnftables-dev' 'make' 'nftables' 'procps' 'tcpdump' 'util-linux' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/Makefile","files/001/runner.c","files/002/process.h","files/003/clocktime.h","files/004/fnv.h","files/005/held.h","files/006/asking.h","files/007/linkjitter.h","files/008/linkshape.c","files/009/queuerule.c","files/010/linkprobe.c","files/011/diskfill.c","files/012/diskreadonly.c","files/013/disklayer.h","files/014/disklayer.c","files/035/diskfault.c","files/036/diskprobe.c","files/037/processwatch.c","files/038/unitfault.c","files/039/unitstarts.c","files/040/pathmode.c","files/041/nodepath.c","files/042/powerless.c","files/043/clockshift.h","files/044/clockshift.c","files/045/clockset.c","files/046/clockask.c","files/047/dependencyfault.c","files/048/httpprobe.c","files/049/tcpprobe.c","files/050/dnsfault.c","files/051/dnsprobe.c","files/052/portprobe.c","files/053/imds.c","files/054/imdsprobe.c","files/055/tracing.h","files/056/signalwatch.c","files/057/pathcall.h","files/058/pathchanges.h","files/059/threadstate.h","files/060/unitprocesses.h","files/061/onlooker.h","files/062/crashpoint.c","files/063/crashwatch.c","files/064/eventwait.c","/usr/local/src/"]
COPY ["files/015/calls.h","files/016/contents.c","files/017/control.c","files/018/control.h","files/019/descriptor.h","files/020/faults.c","files/021/faults.h","files/022/keeper.c","files/023/keeper.h","files/024/mounts.c","files/025/mounts.h","files/026/names.c","files/027/processes.c","files/028/processes.h","files/029/server.c","files/030/server.h","files/031/tree.c","files/032/tree.h","files/033/unsynced.c","files/034/unsynced.h","/usr/local/src/disklayer/"]
COPY ["files/065/hold","files/066/unitswitch","files/067/rootqdisc","files/068/unitsetting","files/070/accountless","files/072/packageless","files/073/otherversion","files/074/captureend","files/075/abilities","/usr/local/bin/"]
RUN chmod 0755 '/usr/local/bin/hold' '/usr/local/bin/unitswitch' '/usr/local/bin/rootqdisc' '/usr/local/bin/unitsetting' '/usr/local/bin/accountless' '/usr/local/bin/packageless' '/usr/local/bin/otherversion' '/usr/local/bin/captureend' '/usr/local/bin/abilities'
COPY ["files/069/replacing.sh","files/071/package.sh","/usr/local/lib/"]

RUN ["make","--directory=/usr/local/src","--jobs=2"]
