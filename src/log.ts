import { type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';

/** Logs one JSON line for each record in production, with ISO times and level names; otherwise lines for a terminal. */
export function openLog(level: string, production: boolean): Logger {
  return production
    ? pino({ level, timestamp: stdTimeFunctions.isoTime, formatters: { level: (name) => ({ level: name }) } })
    : pino({ level }, pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
