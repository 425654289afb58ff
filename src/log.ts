import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** One JSON line a record in production, else lines to be read in a terminal. */
export function openLog(level: string, production: boolean): Logger {
  return production
    ? pino({ level })
    : pino({ level }, pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
