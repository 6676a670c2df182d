ARG BASE=debian:bookworm-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8
FROM ${BASE}
LABEL dev.understudy.inputs=9e01a4bd24cb507ea36f733b1e05ff627b43f126d79eeb40cc18b1826943a33f

ARG DEBIAN_FRONTEND=noninteractive
RUN printf '%b' '#!/bin/sh\nexit 101\n' > '/usr/sbin/policy-rc.d' && chmod 0755 '/usr/sbin/policy-rc.d'

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends 'bash' 'gcc' 'iproute2' 'iptables' 'libc6-dev' 'libfuse3-dev' 'libnetfilter-queue-dev' 'libnfnetlink-dev' 'libnftables-dev' 'make' 'nftables' 'procps' 'tcpdump' 'util-linux' \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

RUN ln -sfn '/usr/share/zoneinfo/Etc/UTC' /etc/localtime \
 && printf '%b' 'Etc/UTC\n' > '/etc/timezone' \
 && printf '%b' 'LANG=C.UTF-8\n' > '/etc/default/locale'

COPY ["files/000/Makefile","files/001/runner.c","files/002/process.h","files/003/clocktime.h","files/004/fnv.h","files/005/mountflags.h","files/006/held.h","files/007/asking.h","files/008/linkjitter.h","files/009/linkshape.c","files/010/queuerule.c","files/011/linkprobe.c","files/012/diskfill.c","files/013/diskreadonly.c","files/014/disklayer.h","files/015/disklayer.c","files/036/diskfault.c","files/037/diskprobe.c","files/038/processwatch.c","files/039/unitfault.c","files/040/unitstarts.c","files/041/pathmode.c","files/042/nodepath.c","files/043/powerless.c","files/044/clockshift.h","files/045/clockshift.c","files/046/clockset.c","files/047/clockask.c","files/048/dependencyfault.c","files/049/httpprobe.c","files/050/tcpprobe.c","files/051/dnsfault.c","files/052/dnsprobe.c","files/053/portprobe.c","files/054/imds.c","files/055/imdsprobe.c","files/056/tracing.h","files/057/signalwatch.c","files/058/pathcall.h","files/059/pathchanges.h","files/060/threadstate.h","files/061/unitprocesses.h","files/062/onlooker.h","files/063/crashpoint.c","files/064/crashwatch.c","files/065/eventwait.c","/usr/local/src/"]
COPY ["files/016/calls.h","files/017/contents.c","files/018/control.c","files/019/control.h","files/020/descriptor.h","files/021/faults.c","files/022/faults.h","files/023/keeper.c","files/024/keeper.h","files/025/mounts.c","files/026/mounts.h","files/027/names.c","files/028/processes.c","files/029/processes.h","files/030/server.c","files/031/server.h","files/032/tree.c","files/033/tree.h","files/034/unsynced.c","files/035/unsynced.h","/usr/local/src/disklayer/"]
COPY ["files/066/hold","files/067/unitswitch","files/068/rootqdisc","files/069/unitsetting","files/071/accountless","files/073/packageless","files/074/otherversion","files/075/captureend","files/076/abilities","/usr/local/bin/"]
RUN chmod 0755 '/usr/local/bin/hold' '/usr/local/bin/unitswitch' '/usr/local/bin/rootqdisc' '/usr/local/bin/unitsetting' '/usr/local/bin/accountless' '/usr/local/bin/packageless' '/usr/local/bin/otherversion' '/usr/local/bin/captureend' '/usr/local/bin/abilities'
COPY ["files/070/replacing.sh","files/072/package.sh","/usr/local/lib/"]

RUN ["make","--directory=/usr/local/src","--jobs=2"]
