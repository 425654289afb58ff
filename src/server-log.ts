import { DrizzleQueryError } from 'drizzle-orm';
import type { Logger } from 'pino';
import { isUnavailable } from './database/unavailable.ts';
import { DomainError } from './domain-error.ts';
import { onceAMinute } from './once-a-minute.ts';
import type { Authenticator } from './services/access/authenticate.ts';
import type { CertificateRefusal } from './services/devices/polling/poll.ts';

/** Logs no message of a query: it has the parameters, which may be tokens. The monitor logs that the database is lost. */
export const errorLog = (log: Logger) => (error: unknown) => {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
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

/** Logs refused sign-ins, those from one address once a minute. */
export function logSignIns(signIn: Authenticator, log: Logger): Authenticator {
  const isDue = onceAMinute();
  return async (credentials, origin) => {
    try {
      return await signIn(credentials, origin);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (credentials && error instanceof DomainError && isDue(`${origin?.address} ${code}`))
        log.info({ code, ...origin }, 'a sign-in was refused');
      throw error;
    }
  };
}
