import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, expect, it } from 'vitest';
import type { Signed } from '../../support/certificates.ts';
import { newRequest, openEst, SECRET_KEY } from '../../support/est.ts';
import { startTestServer } from '../../support/server.ts';
import { tlsFiles } from '../../support/tls.ts';

/* A request may name the connection on which it is sent (RFC 7030, 3.5), and is good on that alone. */

const { files, remove } = await tlsFiles();
const server = await startTestServer({ ...files, ...SECRET_KEY, MUSTER_TRUSTED_PROXIES: '192.0.2.1' });
const est = await openEst(server, { policy: { lifetimeDays: 30, renewalDays: 30 } });
const sockets: TLSSocket[] = [];
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop();
  remove();
  expect(server.errors).toEqual([]);
});

/** A connection, and what tells it from all others. */
async function openConnection(maxVersion: 'TLSv1.2' | 'TLSv1.3', show?: Signed) {
  const { hostname, port } = new URL(server.url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    maxVersion,
    rejectUnauthorized: false,
    ...show,
  });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  const agent = new Agent();
  agent.createConnection = () => socket;
  return { agent, unique: socket.getFinished()!.toString('base64') };
}

const headers = est.basic('device-1');
const FOREIGN = {
  status: 400,
  text: 'request: its challengePassword is not the tls-unique of this connection\n',
};

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a request that names its connection is good on it, by %s',
  async (version) => {
    const { agent, unique } = await openConnection(version);
    const { body } = await newRequest('device-1', { challengePassword: unique });
    expect(await est.post('simpleenroll', { headers, body, agent })).toMatchObject({ status: 200 });
    expect(await est.post('simpleenroll', { headers, body }), 'and on no other').toMatchObject(FOREIGN);
  },
);

it('so it is with a renewal', async () => {
  const { shown } = await est.enrolled('device-2');
  const { agent, unique } = await openConnection('TLSv1.2', shown);
  const { body } = await newRequest('device-2', { challengePassword: unique });
  expect(await est.post('simplereenroll', { body, agent })).toMatchObject({ status: 200 });
  expect(await est.post('simplereenroll', { body, show: [shown] })).toMatchObject(FOREIGN);
});

it('another challenge password is none that could be checked', async () => {
  const { body } = await newRequest('device-1', { challengePassword: 'secret' });
  expect(await est.post('simpleenroll', { headers, body })).toMatchObject(FOREIGN);
});
