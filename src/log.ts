import { type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { traceIdNow } from './tracing/tracer.ts';

/** The trace that a record belongs to, where traces are recorded. */
export function traceInLog(): { traceId?: string } {
  const traceId = traceIdNow();
  return traceId ? { traceId } : {};
}

/** Logs one JSON line for each record in production, with ISO times and level names; otherwise lines for a terminal. */
export function openLog(level: string, production: boolean): Logger {
  return production
    ? pino({
        level,
        mixin: traceInLog,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (name) => ({ level: name }) },
      })
    : pino(
        { level, mixin: traceInLog },
        pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
      );
}
