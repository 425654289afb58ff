import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { setEnrollmentHook } from '../../../../src/services/devices/enrollment-hooks/set.ts';
import type { Context } from '../../../../src/services/shared/context.ts';

export interface Asked {
  headers: IncomingHttpHeaders;
  text: string;
  body: Record<string, unknown>;
}

type Answer = object | string | number;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A hook that answers as it is told: an object as JSON, a text as it is, a number as a status. */
export async function hookServer(answer: (asked: Asked) => Answer | Promise<Answer>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const question = { headers: request.headers, text, body: JSON.parse(text) };
    asked.push(question);
    const said = await answer(question);
    if (typeof said === 'number') response.writeHead(said).end();
    else response.end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    names: () => asked.map(({ body }) => body['controllerId']),
  };
}

/** Gives a group a hook that answers so. */
export async function withHook(
  context: Context,
  groupId: number,
  answer: Parameters<typeof hookServer>[0],
  input: Partial<Parameters<typeof setEnrollmentHook>[1]> = {},
) {
  const hook = await hookServer(answer);
  const { secret } = await setEnrollmentHook(context, { groupId, url: hook.url, ...input });
  return { ...hook, secret: secret! };
}
