import { HostError } from '../../infra/errors.ts';

/** True for a Debian or Ubuntu machine where we may install packages. */
export function mayInstall(): boolean {
  return process.env['UNDERSTUDY_NO_INSTALL'] !== '1' && process.getuid?.() === 0;
}

/** Refuses to install what is missing, with the words to type instead. */
export function refuseToInstall(what: string, type: string): HostError {
  const why =
    process.env['UNDERSTUDY_NO_INSTALL'] === '1'
      ? 'UNDERSTUDY_NO_INSTALL=1 forbids to install it'
      : 'only root may install it';
  return new HostError('missing', `${what} is missing, and ${why}`, { hint: type });
}
