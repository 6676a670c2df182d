import { reportError } from '../../scripts/output.ts';

/** The frame of every command of package.json that is no test: its exit code is `main`'s, or that of what it threw. */
export async function runNamed(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = reportError(error, { json: false });
  }
}
