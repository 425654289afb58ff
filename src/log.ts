import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** Logs one JSON line for each record in production, otherwise lines for a terminal. */
export function openLog(level: string, production: boolean): Logger {
  return production
    ? pino({ level })
    : pino({ level }, pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
