import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Side } from '../../../src/cli/moving/side.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server whose first answers break off in the middle. */
async function breakingOff(times: number) {
  const asked: string[] = [];
  server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    const body = '{"content":[],"total":0}';
    response.setHeader('Content-Length', body.length);
    if (asked.length > times) response.end(body);
    else response.write(body.slice(0, 10), () => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const side = new Side({ url, user: 'admin', password: 'a-quiet-secret' }, { name: 'hawkBit', retries: 1 });
  return { side, asked };
}

it('asks again where an answer breaks off', async () => {
  const { side, asked } = await breakingOff(1);
  expect(await side.get('targets')).toEqual({ content: [], total: 0 });
  expect(asked).toEqual(['GET /rest/v1/targets', 'GET /rest/v1/targets']);
});

it('sends nothing twice that changes something, and says what happened', async () => {
  const { side, asked } = await breakingOff(1);
  await expect(side.send('POST', 'targets', [])).rejects.toThrow(
    /hawkBit at .*the connection broke: UND_ERR/,
  );
  expect(asked).toHaveLength(1);
});
