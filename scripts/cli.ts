import { EXIT } from '../infra/errors.ts';
import { program, userError } from './commands/program.ts';
import { reportError } from './output.ts';

const argv = process.argv.slice(2);
try {
  await program().parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' });
} catch (thrown) {
  const error = userError(thrown, argv);
  process.exitCode = error === null ? EXIT.pass : reportError(error, { json: argv.includes('--json') });
}
