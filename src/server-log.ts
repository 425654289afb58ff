import type { Logger } from 'pino';
import { innerError } from './database/postgres-error.ts';
import { isUnavailable } from './database/unavailable.ts';
import { DomainError } from './domain-error.ts';
import { onceAMinute } from './once-a-minute.ts';
import type { Authenticator } from './services/access/authenticate.ts';
import type { CertificateRefusal } from './services/devices/polling/poll.ts';

/** Logs no message of a query: it has the parameters, which may be tokens. The monitor logs that the database is lost. */
export const errorLog = (log: Logger) => (error: unknown) => {
  const cause = innerError(error);
  if (isUnavailable(cause)) log.debug((cause as Error).message);
  else log.error(cause);
};

/** Logs each device once a minute. */
export function logRefusals(log: Logger) {
  const isDue = onceAMinute();
  return (refusal: CertificateRefusal) => {
    if (isDue(`${refusal.tenantName}/${refusal.controllerId}`.slice(0, 256)))
      log.info(refusal, "a device's certificate was refused");
  };
}

/** A sign-in that counts what it refuses, by code. */
export type WatchedSignIn = Authenticator & { refused: ReadonlyMap<string, number> };

/** Counts refused sign-ins, and logs those from one address once a minute. Nobody signs in without credentials. */
export function watchSignIns(signIn: Authenticator, log: Logger): WatchedSignIn {
  const isDue = onceAMinute();
  const refused = new Map<string, number>();
  const watched: Authenticator = async (credentials, origin) => {
    try {
      return await signIn(credentials, origin);
    } catch (error) {
      if (!credentials || !(error instanceof DomainError)) throw error;
      const { code } = error;
      refused.set(code, (refused.get(code) ?? 0) + 1);
      if (isDue(`${origin?.address} ${code}`)) log.info({ code, ...origin }, 'a sign-in was refused');
      throw error;
    }
  };
  return Object.assign(watched, { refused });
}
