import type { Account, Limits } from '../../images/stack.ts';
import type { z } from 'zod';
import type { Allowance, Readiness, Suite } from '../spec/cluster.ts';
import type { ReferenceFacts } from '../spec/facts.ts';
import type { Fault, VersionFault } from '../spec/fault.ts';
import type { FaultEvent } from '../spec/faults/event.ts';
import type { Invariant } from '../spec/invariant.ts';

/** How a node's image comes to be: built from a rendered stack, or pulled by digest. */
export type PlannedImage =
  | { readonly kind: 'built'; readonly inputsHash: string }
  | { readonly kind: 'pulled'; readonly reference: string };

/** A stack as the builder needs it. `files` maps the path in the build context to the SHA-256 of its content. */
export interface RenderedStack {
  readonly inputsHash: string;
  /** Folder of the stack.yaml relative to the package or to the cluster.yaml: for messages only. */
  readonly label: string;
  /** What FROM resolves to: another rendered stack, or a reference by digest. */
  readonly base:
    | { readonly kind: 'stack'; readonly inputsHash: string }
    | { readonly kind: 'reference'; readonly reference: string };
  readonly dockerfile: string;
  /** By their path in the build context. */
  readonly files: Readonly<Record<string, RenderedStackFile>>;
}

export interface RenderedStackFile {
  /** In the image. */
  readonly path: string;
  readonly sha256: string;
  readonly mode: string;
}

/** Another version of a package than the nodes' own image has (versions.ts). */
export interface PlannedVersion {
  readonly manager: VersionFault['manager'];
  readonly package: string;
  readonly version: string;
  /** The nodes' own image. */
  readonly onto: PlannedImage;
  /** What it is carried from: built on that. */
  readonly stack: RenderedStack;
}

export interface PlannedDisk {
  readonly path: string;
  readonly sizeMiB: number;
  readonly inodes: number | null;
}

/** A volume that several nodes mount. */
export interface PlannedVolume {
  readonly name: string;
  readonly sizeMiB: number;
  readonly inodes: number | null;
  readonly owner: string | null;
  readonly mounts: readonly { readonly node: string; readonly path: string }[];
}

export interface PlannedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: string;
  readonly owner: string;
}

export interface PlannedNode {
  /** `<role>-<n>`, n from 1: the host name and the name in every report. */
  readonly name: string;
  readonly role: string;
  /** Offset of the node's address in its subnet, from 11. */
  readonly host: number;
  readonly init: 'systemd' | 'image';
  readonly image: PlannedImage;
  readonly cpus: number | null;
  readonly memoryMiB: number;
  readonly pids: number;
  readonly units: readonly string[];
  readonly disks: readonly PlannedDisk[];
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly PlannedFile[];
  readonly limits: z.infer<typeof Limits>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly command: readonly string[] | null;
  readonly ready: Readiness | null;
  readonly forwards: readonly { readonly port: number; readonly hostPort: number | null }[];
  /** Only where cores of processes that crash are kept. */
  readonly cores?: true;
  /** Only where it is one: then it is no software under test, and production has no machine to compare it with. */
  readonly dependency?: PlannedDependency;
}

/** What stands in for a server that the software calls, or in front of one of the cluster: each of `routes` can have faults. */
export type PlannedDependency =
  | {
      readonly protocol: 'http';
      readonly port: number;
      readonly routes: readonly (PlannedRoute & {
        /** null: whoever is asked knows. */
        readonly status: number | null;
        readonly bodyBytes: number | null;
      })[];
    }
  | {
      readonly protocol: 'tcp';
      readonly routes: readonly (PlannedRoute & {
        readonly port: number;
        /** What is said to see how it answers, in hex. */
        readonly asks: string;
        /** null: whoever is asked knows. */
        readonly answerBytes: number | null;
      })[];
    };

export interface PlannedRoute {
  /** `METHOD /path`, or `tcp PORT`. */
  readonly route: string;
  /** A name of the node that is asked in its place; null: nobody is. */
  readonly proxies: string | null;
}

/** A fault of a profile with its targets resolved and its moments chosen. Times are ms after the first suite began. */
export interface ScheduledFault {
  /** `<profile>/<fault name>`; `links/<n>` for the standing conditions of `links:` in the spec. */
  readonly id: string;
  readonly profile: string;
  readonly fault: Fault;
  /** As target.ts writes them; sorted. */
  readonly targets: readonly string[];
  /** null: from before the first suite. */
  readonly startMs: number | null;
  /** null: until after the last suite. */
  readonly endMs: number | null;
  /** Where an event says when it starts; `startMs` and `endMs` are the earliest and the latest that there can be, then. */
  readonly after?: EventStart;
  /** By node, where the control says it: bound once that has passed (memory-limits.ts). No plan that is hashed or kept has it. */
  readonly memory?: Readonly<Record<string, MemoryLimit>>;
}

/** What a limit that goes by the control came to on one node, bytes. */
export interface MemoryLimit {
  /** What the node held at most in the control. */
  readonly heldBytes: number;
  /** What it is left. */
  readonly bytes: number;
}

/** A fault that waits for an event. No time of it is in the plan: a replay waits for the event again. */
export interface EventStart {
  readonly event: FaultEvent;
  /** Where it is looked for; empty for one of a suite. */
  readonly nodes: readonly string[];
  readonly byMs: number;
  readonly thenMs: number;
  /** null: until after the last suite. */
  readonly lastsMs: number | null;
}

export interface PlannedSuite extends Suite {
  readonly name: string;
}

export interface PlannedInvariant extends Omit<
  Invariant,
  'settleMs' | 'recoversWithinMs' | 'where' | 'nodes'
> {
  readonly name: string;
  readonly role: string;
  /** `any`: on one of `nodes` at least; otherwise on each of them. */
  readonly holdsOn: 'each' | 'any';
  /** Those that are asked. */
  readonly nodes: readonly string[];
  /** 0 for what must hold always. */
  readonly settleMs: number;
  /** null: no limit. */
  readonly recoversWithinMs: number | null;
}

/**
 * All that a rehearsal does, and nothing of where or when: no run id, no time, no absolute address, no backend. Equal
 * spec, profiles, seed, variables and suites give equal bytes (canonical.ts), whatever machine they are planned on.
 */
export interface Plan {
  readonly schema: 1;
  readonly cluster: string;
  readonly seed: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  readonly accounts: readonly Account[];
  readonly egress: 'deny' | 'allow';
  readonly pool: { readonly ipv4: string; readonly ipv6: string };
  readonly nodes: readonly PlannedNode[];
  readonly volumes: readonly PlannedVolume[];
  readonly stacks: readonly RenderedStack[];
  /** Only where a fault asks for some. */
  readonly versions?: readonly PlannedVersion[];
  /** Standing link conditions of the spec: in force in the control too. */
  readonly conditions: readonly ScheduledFault[];
  readonly schedule: readonly ScheduledFault[];
  readonly suites: readonly PlannedSuite[];
  readonly invariants: readonly PlannedInvariant[];
  readonly reference: string | null;
  readonly allowances: readonly Allowance[];
}

export interface PlanHashes {
  readonly planHash: string;
  readonly scheduleHash: string;
  readonly controlHash: string;
}

/**
 * A plan together with what it needs from this machine and its author's files: where the build contexts' contents are
 * and where the suites' folders lie. Never hashed.
 */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly hashes: PlanHashes;
  /** Absolute path of the cluster.yaml. */
  readonly specFile: string;
  /** Content of every file that a rendered stack names, by SHA-256. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly reference: ReferenceFacts | null;
  /** By role: environment variables that `--set` gave another value than the spec's own, with the words that did. */
  readonly chosen: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What binding adds: the names, addresses and keys of one run. Written once (0600) and read by every later `up`. */
export interface BoundRun {
  readonly schema: 1;
  readonly runId: string;
  readonly stack: string;
  readonly owner: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly maxTtlMs: number | null;
  readonly planHash: string;
  readonly specFile: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly subnet: { readonly ipv4: string; readonly gateway4: string };
  readonly addresses: Readonly<Record<string, string>>;
  readonly ssh: {
    readonly privateKey: string;
    readonly publicKey: string;
    /** Host key pair of each node, so that known_hosts is complete before any node exists. */
    readonly hostKeys: Readonly<Record<string, { readonly privateKey: string; readonly publicKey: string }>>;
  };
}

export interface BoundPlan {
  readonly loaded: LoadedPlan;
  readonly run: BoundRun;
  /** Labels of contracts.md, on everything that is made. */
  readonly labels: Readonly<Record<string, string>>;
}
