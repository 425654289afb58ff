import { Agent, request } from 'node:http';
import { until } from '../e2e/lifecycle/support.ts';
import { basic } from '../support/server.ts';

/** What became of writes. */
export interface Written {
  /** The ids of targets whose creation was answered 201. */
  acknowledged: string[];
  /** How often each status was answered; `none` where the connection ended without an answer. */
  statuses: Record<string, number>;
  /** The longest that an answer took, in milliseconds. */
  slowest: number;
  /** Answers of 503 that don't say when to come again. */
  withoutRetryAfter: number;
}

let names = 0;

/** Creates targets without a pause, so many at the same time, until it is told to end. */
export function beginWrites({ url }: { url: string }, writers: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: writers });
  const written: Written = { acknowledged: [], statuses: {}, slowest: 0, withoutRetryAfter: 0 };
  let ending = false;

  const write = async () => {
    while (!ending) {
      const id = `w-${process.pid}-${++names}`;
      const began = performance.now();
      const { status, retryAfter } = await create(url, agent, id);
      written.slowest = Math.max(written.slowest, performance.now() - began);
      written.statuses[status] = (written.statuses[status] ?? 0) + 1;
      if (status === 201) written.acknowledged.push(id);
      if (status === 503 && !retryAfter) written.withoutRetryAfter++;
      // As a client does that is told to come again.
      if (status !== 201) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const working = Promise.all(Array.from({ length: writers }, write));
  return {
    /** Waits until so many more were acknowledged, or it is in vain. */
    async some(count: number, isInVain = () => false) {
      const least = written.acknowledged.length + count;
      await until(() => written.acknowledged.length >= least || isInVain());
    },
    async end(): Promise<Written> {
      ending = true;
      await working;
      agent.destroy();
      return written;
    },
  };
}

function create(url: string, agent: Agent, controllerId: string) {
  return new Promise<{ status: number | 'none'; retryAfter?: string }>((resolve) => {
    const headers = { authorization: basic('admin', 'admin'), 'content-type': 'application/json' };
    const sent = request(`${url}/rest/v1/targets`, { method: 'POST', agent, headers });
    sent.once('error', () => resolve({ status: 'none' }));
    sent.once('response', (response) => {
      response.resume();
      response.once('error', () => resolve({ status: 'none' }));
      response.once('end', () =>
        resolve({ status: response.statusCode!, retryAfter: response.headers['retry-after'] }),
      );
    });
    sent.end(JSON.stringify([{ controllerId }]));
  });
}
