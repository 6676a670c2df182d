import type Docker from 'dockerode';
import { execa } from 'execa';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { cacheRoot, packageRoot } from '../../infra/places.ts';
import { digestOf } from '../../infra/plan/canonical.ts';
import type { Progress } from '../../scripts/progress.ts';
import { makerLabels } from '../../scripts/teardown/maker.ts';
import type { CloudKernel } from './cloud-kernel.ts';

const init = join(packageRoot, 'tests/netem/init.sh');

/** Of the toolbox: what its compiler needs, and what no program reads while it runs. */
const leftOut = [
  ...['dev/*', 'var/*', 'usr/include', 'usr/libexec', 'usr/share', 'usr/src', 'usr/lib/gcc'],
  ...['usr/bin/*x86_64-linux-gnu*', 'usr/lib/x86_64-linux-gnu/*.a', 'usr/lib/x86_64-linux-gnu/lib*san.so*'],
];
/** Of the kernel's modules: networks, what they are made of, and how the machine is reached. */
const modules = [
  ...['crypto', 'drivers/char', 'drivers/net', 'drivers/virtio', 'fs/fuse', 'lib', 'net'].map(
    (one) => `kernel/${one}`,
  ),
  ...['modules.order', 'modules.builtin', 'modules.builtin.modinfo'],
];
/** Without them our own abilities.sh finds no NFQUEUE, which comes before netem where a kernel has both (link-driver.ts). */
const withheld = /^(nfnetlink_queue|xt_NFQUEUE)\.ko/;

/** The first and only file system of the machine, as an archive for its kernel: the side-car's, with modules and init.sh. */
export async function machineFiles(
  engine: Docker,
  toolbox: string,
  kernel: CloudKernel,
  progress: Progress,
): Promise<string> {
  const { Id: image } = await engine.getImage(toolbox).inspect();
  const rest = [kernel.release, leftOut, modules, String(withheld), readFileSync(init, 'utf8')];
  const file = join(cacheRoot(), 'netem', `files-${digestOf([image, ...rest]).slice(0, 16)}.cpio`);
  if (!existsSync(file))
    await progress.step("pack the machine's files", async () => pack(engine, toolbox, kernel, file));
  return file;
}

async function pack(engine: Docker, toolbox: string, kernel: CloudKernel, file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-machine-'));
  try {
    const root = join(folder, 'root');
    mkdirSync(root);
    await unpackImage(engine, toolbox, root);
    const ofModules = join('lib/modules', kernel.release);
    for (const name of modules)
      cpSync(join(kernel.folder, ofModules, name), join(root, ofModules, name), {
        recursive: true,
        filter: (path) => !withheld.test(basename(path)),
      });
    await execa(kernel.busybox, ['depmod', '-b', root, kernel.release]);
    copyFileSync(kernel.busybox, join(root, 'usr/bin/busybox'));
    for (const name of ['modprobe', 'poweroff'])
      symlinkSync('/usr/bin/busybox', join(root, 'usr/sbin', name));
    copyFileSync(init, join(root, 'init'));
    chmodSync(join(root, 'init'), 0o755);
    const { stdout: names } = await execa('find', ['.', '-print0'], { cwd: root, encoding: 'buffer' });
    const archive = join(folder, 'archive');
    await execa(kernel.busybox, ['cpio', '-0', '-o', '-H', 'newc'], {
      cwd: root,
      input: names,
      stdout: { file: archive },
      buffer: false,
    });
    // One takes 130 MiB: those of earlier toolboxes go.
    for (const old of globSync('files-*.cpio', { cwd: dirname(file) })) rmSync(join(dirname(file), old));
    cpSync(archive, `${file}.part`);
    renameSync(`${file}.part`, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing of it is run: a container is how the engine gives an image's files. */
async function unpackImage(engine: Docker, image: string, root: string): Promise<void> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ['true'],
    Labels: { ...makerLabels(), 'dev.understudy.role': 'files' },
  });
  try {
    const archive = await container.export();
    await execa('tar', ['-x', '-C', root, ...leftOut.map((one) => `--exclude=${one}`)], {
      input: new Readable().wrap(archive),
    });
  } finally {
    await container.remove({ force: true });
  }
}
