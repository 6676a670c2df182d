import { demux } from '../../infra/components/docker/demux.ts';
import { makerLabels } from '../../scripts/teardown/maker.ts';
import { silentProgress } from '../../scripts/progress.ts';
import { ensureReady } from '../../scripts/setup/setup.ts';
import { z } from 'zod';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What somebody else than us put into a container's network namespace, and what is there of it now. */
export interface ForeignRules {
  /** A table of nftables, rules of iptables in a table that NFQUEUE's rules stand in by custom, and a root qdisc. */
  put(): Promise<void>;
  /** Without counters. */
  listed(): Promise<string>;
}

/** Nodes have no NET_ADMIN: a container of the test's own does it for them. */
export function foreignRules(container: string): ForeignRules {
  return {
    async put() {
      await inNetworkOf(
        container,
        [
          'set -e',
          'nft add table inet production',
          "nft add chain inet production guard '{ type filter hook input priority 0; }'",
          'nft add rule inet production guard tcp dport 9999 counter drop comment "production"',
          'iptables -w -t mangle -A INPUT -s 203.0.113.7 -m comment --comment production -j DROP',
          'iptables -w -t mangle -A INPUT -p udp --dport 9998 -j NFQUEUE --queue-num 12 --queue-bypass',
          'tc qdisc add dev eth0 root handle 8001: tbf rate 900mbit burst 1mb latency 50ms',
        ].join('\n'),
      );
    },
    async listed() {
      return await inNetworkOf(
        container,
        'nft -s list ruleset; iptables-save -t mangle | grep -v "^[#:]"; tc qdisc show; tc class show dev eth0',
      );
    },
  };
}

const Ended = z.object({ StatusCode: z.int() });

/** @throws where the script ends with another code than 0. */
async function inNetworkOf(container: string, script: string): Promise<string> {
  const { engine, toolbox } = await ensureReady(silentProgress);
  const made = await engine.createContainer({
    Image: toolbox,
    Entrypoint: ['sh', '-c', script],
    Labels: { ...makerLabels(), 'dev.understudy.role': 'test' },
    HostConfig: { NetworkMode: `container:${container}`, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
  });
  try {
    const output = await made.attach({ stream: true, stdout: true, stderr: true });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    demux(output, stdout, stderr);
    output.once('end', () => {
      stdout.end();
      stderr.end();
    });
    const said = Promise.all([text(stdout), text(stderr)]);
    await made.start();
    const { StatusCode: code } = Ended.parse(await made.wait());
    const [out, errors] = await said;
    if (code !== 0) throw new Error(`${container}: the script ended with ${code}: ${errors}`);
    return out;
  } finally {
    await made.remove({ force: true });
  }
}
