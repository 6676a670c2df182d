import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../scripts/nodes/node.ts';
import { fakeNode } from './fake-node.ts';

/**
 * What the commands of link faults do to one network namespace, as far as their order can go wrong: a rule or class that
 * is not there cannot be deleted, one that is there cannot be added again, and a class goes after the filter that uses it.
 */
export class FakeKernel {
  readonly rules = new Set<string>();
  readonly tables = new Set<string>();
  /** Table → its chains and rules, a line each. */
  readonly tableRules = new Map<string, string>();
  /** Class id → rate. */
  readonly classes = new Map<string, string>();
  /** prio → the class that it leads to. */
  readonly filters = new Map<string, string>();
  /** Class id → netem and its parameters. */
  readonly netems = new Map<string, string>();
  /** What the shaper was told of each address. */
  readonly shaped = new Map<string, string>();
  /** Commands that fail. */
  readonly refused = new Set<string>();
  rooted = false;
  shaper = false;

  /** Nothing of ours is in force. */
  get isEmpty(): boolean {
    const left = [this.rules, this.tables, this.classes, this.filters, this.netems, this.shaped];
    return left.every(({ size }) => size === 0) && !this.rooted && !this.shaper;
  }

  /** All of it or nothing, where it is several. */
  run(argv: readonly string[]): void {
    const lines = singly(argv.join(' '));
    if (lines.length === 1) this.#run(lines[0] ?? '');
    else if (lines.some((line) => this.#isRefused(line))) throw new Error('refused: one of them');
    else for (const line of lines) this.#run(line);
  }

  #isRefused(line: string): boolean {
    const [, gone] = /^nft delete table (.*)$/.exec(line) ?? [];
    return this.refused.has(line) || (gone !== undefined && !this.tables.has(gone));
  }

  #run(line: string): void {
    must(!this.refused.has(line), line);
    const found = (pattern: RegExp): RegExpExecArray | null => pattern.exec(line);
    const add = found(/^iptables -w -t mangle -A (.*)$/);
    const drop = found(/^iptables -w -t mangle -D (.*)$/);
    const table = found(/^nft add table (\S+ \S+)$/);
    const inTable = found(/^nft add (?:chain|rule) (\S+ \S+) (.*)$/);
    const untable = found(/^nft delete table (\S+ \S+)$/);
    const newClass = found(/^tc class add dev eth0 parent 504d: classid (\S+) htb rate (\S+) /);
    const oldClass = found(/^tc class del dev eth0 classid (\S+)$/);
    const newFilter = found(
      /^tc filter add dev eth0 parent 504d: protocol ip prio (\S+) u32 .* flowid (\S+)$/,
    );
    const oldFilter = found(/^tc filter del dev eth0 parent 504d: prio (\S+)$/);
    const netem = found(/^tc qdisc add dev eth0 parent (504d:\S+) (netem .*)$/);
    if (add !== null) {
      this.tables.add('ip mangle');
      put(this.rules, add[1]);
    } else if (drop !== null) take(this.rules, drop[1]);
    else if (table !== null) put(this.tables, table[1]);
    else if (inTable !== null) {
      must(this.tables.has(inTable[1] ?? ''), `no table ${line}`);
      const [, name = '', text = ''] = inTable;
      const before = this.tableRules.get(name);
      this.tableRules.set(name, before === undefined ? text : `${before}\n${text}`);
    } else if (untable !== null) {
      take(this.tables, untable[1]);
      this.tableRules.delete(untable[1] ?? '');
      if (untable[1] === 'ip mangle') this.rules.clear();
    } else if (newClass !== null) {
      must(this.rooted && !this.classes.has(newClass[1] ?? ''), line);
      this.classes.set(newClass[1] ?? '', newClass[2] ?? '');
    } else if (oldClass !== null) {
      must(![...this.filters.values()].includes(oldClass[1] ?? ''), `busy: ${line}`);
      take(this.classes, oldClass[1]);
      this.netems.delete(oldClass[1] ?? '');
    } else if (newFilter !== null) {
      must(this.classes.has(newFilter[2] ?? '') && !this.filters.has(newFilter[1] ?? ''), line);
      this.filters.set(newFilter[1] ?? '', newFilter[2] ?? '');
    } else if (oldFilter !== null) take(this.filters, oldFilter[1]);
    else if (netem !== null) {
      must(this.classes.has(netem[1] ?? '') && !this.netems.has(netem[1] ?? ''), line);
      this.netems.set(netem[1] ?? '', netem[2] ?? '');
    } else if (line === 'tc qdisc add dev eth0 root handle 504d: htb default 0') {
      must(!this.rooted, line);
      this.rooted = true;
    } else if (line === 'tc qdisc del dev eth0 root') {
      must(this.rooted, line);
      this.rooted = false;
      for (const one of [this.classes, this.filters, this.netems]) one.clear();
    } else throw new Error(`no such command here: ${line}`);
  }
}

/** A side-car whose `hold` speaks the protocol of images/toolbox/hold.sh to a kernel in memory. */
export class FakeSideCar {
  readonly kernel = new FakeKernel();
  /** An undo that failed: the kernel did not know what it was to undo. */
  readonly failedUndos: string[] = [];
  /** What it was told to do, and did. */
  readonly done: string[] = [];
  readonly #undos = new Map<string, string[]>();
  readonly #order: string[] = [];

  readonly access: NodeAccess = fakeNode({ start: () => this.#start() });

  #start(): Promise<NodeProcess> {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const exited = new Promise<number>((resolve) => {
      createInterface({ input: stdin })
        .on('line', (line) => {
          const answer = this.#answer(line.split(' '));
          if (answer !== '') stdout.write(`${answer}\n`);
        })
        .on('close', () => {
          for (const id of [...this.#order].reverse()) this.#heal(id);
          resolve(0);
        });
    });
    return Promise.resolve({ stdin, stdout, stderr: new PassThrough(), exited, close: () => stdin.end() });
  }

  #answer([verb = '', ...words]: readonly string[]): string {
    const [id = '', ...rest] = words;
    switch (verb) {
      case 'beat':
        return '';
      case 'do':
        try {
          this.kernel.run(words);
          this.done.push(words.join(' '));
          return 'ok';
        } catch (error) {
          return `err 1 ${String(error)}`;
        }
      case 'undo':
        this.#register(id, rest.join(' '));
        return 'ok';
      case 'start':
        this.#register(id);
        this.kernel.shaper = true;
        return 'ok';
      case 'tell':
        if (rest[0] === 'set') this.kernel.shaped.set(rest[1] ?? '', rest.slice(2).join(' '));
        else this.kernel.shaped.delete(rest[1] ?? '');
        return this.kernel.shaper ? 'ok' : 'err 1 the shaper does not run';
      case 'forget':
        for (const one of words) this.#undos.delete(one);
        return 'ok';
      case 'heal': {
        const failed = this.#heal(id);
        return failed.length === 0 ? 'ok' : `err 1 ${failed.join('; ')}`;
      }
      default:
        return `err 64 ${verb}`;
    }
  }

  #register(id: string, ...undo: readonly string[]): void {
    if (!this.#undos.has(id)) this.#order.push(id);
    this.#undos.set(id, [...(this.#undos.get(id) ?? []), ...undo]);
  }

  /** What failed stays registered. */
  #heal(id: string): readonly string[] {
    if (id === 'shaper') {
      this.kernel.shaper = false;
      this.kernel.shaped.clear();
    }
    const failed = [...(this.#undos.get(id) ?? [])].reverse().filter((undo) => {
      try {
        this.kernel.run(undo.split(' '));
        return false;
      } catch {
        return true;
      }
    });
    this.failedUndos.push(...failed);
    if (failed.length === 0) this.#undos.delete(id);
    else this.#undos.set(id, [...failed].reverse());
    return failed;
  }
}

/** As nft takes many, and iptables many sources. */
function singly(line: string): readonly string[] {
  const [, before = '', sources = '', behind = ''] = /^(iptables .*-s )(\S+,\S+)( .*)$/.exec(line) ?? [];
  if (sources !== '') return sources.split(',').map((source) => `${before}${source}${behind}`);
  if (!line.startsWith('nft ')) return [line];
  return line
    .slice('nft '.length)
    .split(/ ; (?=add|delete)/)
    .map((one) => `nft ${one}`);
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`refused: ${what}`);
}

function put(all: Set<string>, one = ''): void {
  must(!all.has(one), `exists: ${one}`);
  all.add(one);
}

function take(all: { delete(one: string): boolean }, one = ''): void {
  must(all.delete(one), `is not there: ${one}`);
}
