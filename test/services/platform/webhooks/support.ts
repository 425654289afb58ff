import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect } from 'vitest';
import type { SenderOptions } from '../../../../src/services/platform/outgoing/send.ts';
import { openWebhooks } from '../../../../src/services/platform/webhooks/run.ts';
import type { Platform } from '../../../../src/services/shared/context.ts';

export interface Received {
  headers: IncomingMessage['headers'];
  body: string;
  event: { id: string; type: string; subject?: string; source: string; time: string; data: never };
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A receiver that answers as `status` says. */
export async function receiver(status: (received: Received) => number | Promise<number> = () => 204) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const item = { headers: request.headers, body, event: JSON.parse(body) };
    received.push(item);
    response.writeHead(await status(item), { location: '/elsewhere' }).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return {
    url,
    received,
    told: () => received.map(({ event }) => `${event.type.slice(7)} ${event.subject}`),
  };
}

/** A process whose clock is the real one, moved on by hand. */
export function process(of: Platform, options?: Partial<SenderOptions>) {
  let ahead = 0;
  const webhooks = openWebhooks(
    { ...of, clock: () => new Date(Date.now() + ahead) },
    (error) => expect.fail(String(error)),
    options,
  );
  return {
    ...webhooks,
    later(ms: number) {
      ahead += ms;
      return webhooks.look();
    },
  };
}
