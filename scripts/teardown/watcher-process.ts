/**
 * The watcher: `node watcher-process.ts RUN STACK FOLDER`, standard input a pipe from the controller. "release" and it
 * ends; end of input without it means that the controller is dead. Until then it loads nothing and sleeps in read(2).
 */
import process from 'node:process';

const [runId = '', stack = '', runFolder = ''] = process.argv.slice(2);

// Whatever ends a session or a process group is meant for the controller; the watcher is what comes after.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => undefined);

if (!(await released())) {
  const { afterController } = await import('./aftermath.ts');
  await afterController({ runId, stack, runFolder });
}
process.exit(0);

async function released(): Promise<boolean> {
  let said = '';
  try {
    for await (const chunk of process.stdin.setEncoding('utf8')) said += String(chunk);
  } catch {
    return false; // a broken pipe is as good as its end
  }
  return said.includes('release');
}
