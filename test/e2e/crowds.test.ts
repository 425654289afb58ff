import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { createServedTenant, startTestServer } from '../support/server.ts';

const server = await startTestServer();
afterAll(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

const { hostname, port, host } = new URL(server.url);

/** Sends as many requests in one piece, and another behind them. @returns the statuses that have come, and what ends the connection */
async function openCrowd(count: number, path: string, more = '', last = '') {
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece;
  });
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`.repeat(count) + last);
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
  return { socket, statuses, text: () => text };
}

it('answers a poll, whatever waits', async () => {
  const { admin, name } = await createServedTenant(server);
  const made = await admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'd', name: 'd' }] });
  const path = `/${name}/controller/v1/d`;
  const authorization = `TargetToken ${made.json[0].securityToken}`;
  const poll = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\n\r\n`;
  // They are few enough to be read at once.
  const crowd = await openCrowd(1_200, '/', '', poll);
  await expect.poll(() => crowd.statuses().length, { timeout: 10_000 }).toBe(1_201);
  crowd.socket.destroy();
  expect(crowd.statuses().slice(-2)).toEqual([503, 200]);
});

it('answers 503 at once beyond what may wait of one address, and all others', async () => {
  const crowd = await openCrowd(1_600, '/');
  await expect.poll(() => crowd.statuses().length, { timeout: 10_000 }).toBe(1_600);
  crowd.socket.destroy();
  const refused = crowd.statuses().filter((status) => status === 503).length;
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(600);
  expect(crowd.text()).toMatch(/HTTP\/1\.1 503 Service Unavailable\r\n(?:[^\r]+\r\n)*Retry-After: 1\r\n/);
  expect(crowd.text()).toContain('Too many requests wait');
  const scrape = await (await fetch(`${server.url}/metrics`)).text();
  expect(scrape).toMatch(/^muster_requests_waiting 0$/m);
  expect(scrape).toMatch(/^muster_requests_total\{channel="ddi",status="503"\} \d+$/m);
});

it('forgets what its client no longer waits for', async () => {
  const refusals = async () => {
    const scrape = await (await fetch(`${server.url}/metrics`)).text();
    const counts = scrape.matchAll(/^muster_sign_ins_refused_total\{.*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const before = await refusals();
  const crowd = await openCrowd(900, '/rest/v1/userinfo', 'Authorization: Bearer wrong\r\n');
  await expect.poll(() => crowd.statuses().length, { interval: 1 }).toBeGreaterThan(0);
  crowd.socket.resetAndDestroy();
  expect((await refusals()) - before).toBeLessThan(900);
});
