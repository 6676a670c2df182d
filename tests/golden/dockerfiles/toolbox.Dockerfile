ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=5ac334229537a8635db2ed6d350fd8608135176bd4ba2c9f6a01564f591596ad

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'bash' 'gcc' 'iproute2' 'iptables' 'libc6-dev' 'libfuse3-dev' 'libnetfilter-queue-dev' 'libnfnetlink-dev' 'libnftables-dev' 'make' 'nftables' 'procps' 'tcpdump' 'util-linux' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/Makefile","files/001/runner.c","files/002/process.h","files/003/held.h","files/004/asking.h","files/005/linkjitter.h","files/006/linkshape.c","files/007/queuerule.c","files/008/linkprobe.c","files/009/diskfill.c","files/010/diskreadonly.c","files/011/disklayer.h","files/012/disklayer.c","files/033/diskfault.c","files/034/diskprobe.c","files/035/processwatch.c","files/036/unitfault.c","files/037/unitstarts.c","files/038/pathmode.c","files/039/clockshift.h","files/040/clockshift.c","files/041/clockset.c","files/042/clockask.c","files/043/dependencyfault.c","files/044/httpprobe.c","files/045/tcpprobe.c","files/046/dnsfault.c","files/047/dnsprobe.c","files/048/portprobe.c","files/049/imds.c","files/050/imdsprobe.c","files/051/tracing.h","files/052/signalwatch.c","files/053/pathcall.h","files/054/pathchanges.h","files/055/onlooker.h","files/056/crashpoint.c","files/057/crashwatch.c","files/058/eventwait.c","/usr/local/src/"]
COPY ["files/013/calls.h","files/014/contents.c","files/015/control.c","files/016/control.h","files/017/descriptor.h","files/018/faults.c","files/019/faults.h","files/020/keeper.c","files/021/keeper.h","files/022/mounts.c","files/023/mounts.h","files/024/names.c","files/025/processes.c","files/026/processes.h","files/027/server.c","files/028/server.h","files/029/tree.c","files/030/tree.h","files/031/unsynced.c","files/032/unsynced.h","/usr/local/src/disklayer/"]
COPY ["files/059/hold","files/060/unitswitch","files/061/rootqdisc","files/062/unitsetting","files/064/accountless","files/066/packageless","files/067/otherversion","files/068/captureend","files/069/abilities","/usr/local/bin/"]
RUN chmod 0755 '/usr/local/bin/hold' '/usr/local/bin/unitswitch' '/usr/local/bin/rootqdisc' '/usr/local/bin/unitsetting' '/usr/local/bin/accountless' '/usr/local/bin/packageless' '/usr/local/bin/otherversion' '/usr/local/bin/captureend' '/usr/local/bin/abilities'
COPY ["files/063/replacing.sh","files/065/package.sh","/usr/local/lib/"]

RUN ["make","--directory=/usr/local/src","--jobs=2"]
