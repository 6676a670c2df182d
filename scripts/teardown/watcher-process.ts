/**
 * The watcher: `node watcher-process.ts RUN STACK FOLDER`, standard input a pipe from the controller, which tells it the
 * run's secrets. A line "release" and it ends; end of input without it means that the controller is dead. Until then it
 * loads nothing and sleeps in read(2).
 */
import process from 'node:process';

const [runId = '', stack = '', runFolder = ''] = process.argv.slice(2);

// Whatever ends a session or a process group is meant for the controller; the watcher is what comes after.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => undefined);

const said = await heard();
if (!said.split('\n').includes('release')) {
  const { afterController } = await import('./aftermath.ts');
  await afterController({ runId, stack, runFolder, said });
}
process.exit(0);

async function heard(): Promise<string> {
  let said = '';
  try {
    for await (const chunk of process.stdin.setEncoding('utf8')) said += String(chunk);
  } catch {
    // A broken pipe is as good as its end.
  }
  return said;
}
