import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startAttacked } from './support/server.ts';
import { openRawSocket, openSignedIn, type RawSocket } from './support/socket.ts';
import { expectNoStall } from './support/stall.ts';

/* Connections that only take places, and clients that send what they shouldn't. */

/** So that an account may have two. */
const SUBSCRIBERS = 8;
const server = await startAttacked({ MUSTER_SUBSCRIBERS: String(SUBSCRIBERS) });
const boss = server.tenant.authorization;

const opened: RawSocket[] = [];
const open = async (address?: string) => {
  const socket = await openRawSocket(server, address);
  opened.push(socket);
  return socket;
};
const signIn = async (authorization: string) => {
  const socket = await openSignedIn(server, authorization);
  opened.push(socket);
  return socket;
};
afterEach(async () => {
  for (const { socket } of opened) socket.terminate();
  await Promise.all(opened.splice(0).map(({ closed }) => closed));
});

const isAcknowledged = ({ messages }: RawSocket) => messages.some(({ type }) => type === 'connection_ack');

describe('connections that do not sign in', () => {
  it('keep out nobody who does, however many they are and wherever they come from', async () => {
    await expectNoStall(server, async () => {
      for (let net = 0; net < 10; net++)
        await Promise.all(Array.from({ length: 20 }, () => open(`198.51.100.${net}`)));
    });
    expect(isAcknowledged(await signIn(boss))).toBe(true);
  });

  it('are few of one address, and the longest silent goes first', async () => {
    const first = await open('198.51.100.20');
    const others = await Promise.all(Array.from({ length: 20 }, () => open('198.51.100.20')));
    expect(await first.closed).toBe(1006);
    expect(others.filter(({ socket }) => socket.readyState !== socket.OPEN)).toEqual([]);
  });

  it('are gone after some seconds, also where they answer no close frame', async () => {
    const deaf = connect(Number(new URL(server.url).port), '127.0.0.1');
    deaf.write(
      'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    const began = performance.now();
    deaf.resume().on('error', () => {});
    await once(deaf, 'close');
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('may send but little', async () => {
    const stranger = await open();
    stranger.send({ type: 'connection_init', payload: { authorization: 'x'.repeat(20_000) } });
    expect(await stranger.closed).toBe(1009);
  });
});

describe('connections that are signed in', () => {
  it('are so many of an account, and leave places for others', async () => {
    const [first, second, third] = [await signIn(boss), await signIn(boss), await signIn(boss)];
    expect([isAcknowledged(first), isAcknowledged(second), isAcknowledged(third)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await third.closed).toBe(1013);
    expect(isAcknowledged(await signIn(server.nobody))).toBe(true);
  });

  it('are read later where they send too many messages', async () => {
    const FLOOD = 400;
    await expectNoStall(server, async () => {
      const { socket, messages, message, send } = await signIn(boss);
      const began = performance.now();
      for (let n = 0; n < FLOOD; n++) send({ type: 'ping', payload: { n } });
      await expect.poll(() => messages.length, { timeout: 20_000 }).toBe(1 + FLOOD);
      // What came at once may have been read at once. Of the rest there are 200 at once, and 50 a second.
      send({ type: 'ping', payload: { n: FLOOD } });
      await expect.poll(() => messages.length, { timeout: 20_000 }).toBe(2 + FLOOD);
      expect(performance.now() - began).toBeGreaterThan(3_000);
      expect(await message({ type: 'pong' })).toMatchObject({ payload: { n: 0 } });
      socket.terminate();
    });
  });

  it('keep no more than so much of what was sent', async () => {
    const { send, message } = await signIn(boss);
    const subscribe = (id: string, length: number) =>
      send({
        id,
        type: 'subscribe',
        payload: { query: `subscription { targetEvents { type } } #${'x'.repeat(length)}` },
      });
    subscribe('a', 40_000);
    expect(await message({ id: 'a' })).toMatchObject({ type: 'next' });
    subscribe('b', 40_000);
    expect(await message({ id: 'b' })).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    subscribe('x'.repeat(201), 10);
    expect(await message({ id: 'x'.repeat(201) })).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
  });

  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  it.each<[string, string[], number]>([
    ['a message that only servers send', ['{"id":"a","type":"next","payload":{}}'], 4400],
    ['a ping nested beyond the stack', [`{"type":"ping","payload":{"a":${deep}}}`], 4400],
    ['a message nested beyond the stack', [deep], 4400],
    [
      // A close frame has no room for it.
      'one id twice, as long as may be',
      Array(2).fill(
        `{"id":"${'x'.repeat(200)}","type":"subscribe","payload":{"query":"subscription { targetEvents { type } }"}}`,
      ),
      4409,
    ],
  ])('end where they send %s', async (_, texts, code) => {
    await expectNoStall(server, async () => {
      const { socket, closed } = await signIn(boss);
      for (const text of texts) socket.send(text);
      expect(await closed).toBe(code);
    });
  });

  it.each<[unknown]>([[{}], [[]], [{ toString: null, valueOf: null }], [1], [true]])(
    'are none by the credential %j',
    async (authorization) => {
      const stranger = await open();
      stranger.send({ type: 'connection_init', payload: { authorization } });
      expect(await stranger.closed).toBe(4401);
    },
  );
});

it('logs nothing of all this', () => {
  expect(server.logged()).toBe('');
});
