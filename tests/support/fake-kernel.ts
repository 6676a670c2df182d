import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../scripts/nodes/node.ts';
import { fakeNode } from './fake-node.ts';

/**
 * What the commands of link faults do to one network namespace, as far as their order can go wrong: a rule or class that
 * is not there cannot be deleted, one that is there cannot be added again, and a class goes after the filter that uses it.
 */
export class FakeKernel {
  /** Those of nftables, with their chains, sets, rules and elements, a line each. */
  readonly tables = new Map<string, Set<string>>();
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
  /** Handle of the root qdisc; null: the kernel's own. */
  root: string | null = null;
  shaper = false;

  /** Nothing of ours is in force. */
  get isEmpty(): boolean {
    const left = [this.tables, this.classes, this.filters, this.netems, this.shaped];
    return left.every(({ size }) => size === 0) && this.root === null && !this.shaper;
  }

  /** All of it or nothing, where it is several. */
  run(argv: readonly string[]): void {
    const lines = singly(argv.join(' '));
    const before = new Map([...this.tables].map(([name, inside]) => [name, new Set(inside)]));
    try {
      for (const line of lines) this.#run(line);
    } catch (error) {
      this.tables.clear();
      for (const [name, inside] of before) this.tables.set(name, inside);
      throw error;
    }
  }

  #run(line: string): void {
    must(!this.refused.has(line), line);
    const found = (pattern: RegExp): RegExpExecArray | null => pattern.exec(line);
    const table = found(/^nft (add|create) table (\S+ \S+)$/);
    const inTable = found(/^nft add (chain|set|rule|element) (\S+ \S+) (.*)$/);
    const outOfTable = found(/^nft delete (chain|element) (\S+ \S+) (.*)$/);
    const untable = found(/^nft delete table (\S+ \S+)$/);
    const queueing = found(/^queuerule (\S+) (\S+) (\S+) 47$/);
    const newClass = found(/^tc class add dev eth0 parent 504d: classid (\S+) htb rate (\S+) /);
    const oldClass = found(/^tc class del dev eth0 classid (\S+)$/);
    const newFilter = found(
      /^tc filter add dev eth0 parent 504d: protocol ip prio (\S+) u32 .* flowid (\S+)$/,
    );
    const oldFilter = found(/^tc filter del dev eth0 parent 504d: prio (\S+)$/);
    const netem = found(/^tc qdisc add dev eth0 parent (504d:\S+) (netem .*)$/);
    if (table !== null) {
      const [, verb, name = ''] = table;
      must(verb === 'add' || !this.tables.has(name), `exists: ${line}`);
      if (!this.tables.has(name)) this.tables.set(name, new Set());
    } else if (inTable !== null) {
      const [, what = '', name = '', text = ''] = inTable;
      const inside = this.#inside(name);
      const set = `set ${text.split(' ')[0] ?? ''} {`;
      must(what !== 'element' || [...inside].some((one) => one.startsWith(set)), `no such set: ${line}`);
      put(inside, `${what} ${text}`);
    } else if (outOfTable !== null) {
      const [, what = '', name = '', text = ''] = outOfTable;
      const inside = this.#inside(name);
      const gone = [...inside].filter(
        (one) => one === `${what} ${text}` || one.startsWith(`${what} ${text} {`),
      );
      must(gone.length > 0, `is not there: ${line}`);
      for (const one of gone) inside.delete(one);
    } else if (untable !== null) must(this.tables.delete(untable[1] ?? ''), `is not there: ${line}`);
    else if (queueing !== null) {
      const inside = this.#inside(`ip ${queueing[1] ?? ''}`);
      must(
        [...inside].some((one) => one.startsWith(`chain ${queueing[2] ?? ''} {`)),
        `no chain: ${line}`,
      );
      put(inside, `rule ${queueing[2] ?? ''} from @${queueing[3] ?? ''} to the shaper`);
    } else if (newClass !== null) {
      must(this.root === '504d:' && !this.classes.has(newClass[1] ?? ''), line);
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
    } else if (line === 'rootqdisc eth0 504d:') {
      must(this.root === null, `eth0 has the root qdisc ${this.root ?? ''}`);
      this.root = '504d:';
    } else if (line === 'tc qdisc del dev eth0 root handle 504d:') {
      must(this.root === '504d:', line);
      this.root = null;
      for (const one of [this.classes, this.filters, this.netems]) one.clear();
    } else throw new Error(`no such command here: ${line}`);
  }

  #inside(table = ''): Set<string> {
    const inside = this.tables.get(table);
    if (inside === undefined) throw new Error(`refused: no table ${table}`);
    return inside;
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

/** As nft takes many. */
function singly(line: string): readonly string[] {
  if (!line.startsWith('nft ')) return [line];
  return line
    .slice('nft '.length)
    .split(/ ; (?=add|create|delete)/)
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
