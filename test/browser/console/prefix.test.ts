import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, executablePath, headingOf, openConsole, PASSWORD } from './support.ts';

const PREFIX = '/fleet';

/** A proxy that has the server under a prefix, with its WebSockets. */
async function startProxy(target: URL): Promise<Server> {
  const headersOf = (headers: object) => ({ ...headers, 'x-forwarded-prefix': PREFIX });
  const forward = ({ url = '', method, headers }: { url?: string; method?: string; headers: object }) =>
    request({
      host: target.hostname,
      port: target.port,
      method,
      path: url.slice(PREFIX.length) || '/',
      headers: headersOf(headers),
    });
  const proxy = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(PREFIX)) return outgoing.writeHead(404).end();
    const onward = forward(incoming).on('response', (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    return incoming.pipe(onward);
  });
  proxy.on('upgrade', (incoming, socket) => {
    const onward = forward(incoming).on('upgrade', (answer, other) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
      for (const one of [socket, other]) one.on('error', () => socket.destroy());
      other.pipe(socket).pipe(other);
    });
    onward.on('error', () => socket.destroy()).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}

describe.skipIf(!executablePath)('the console under a path prefix', () => {
  let console: ConsoleUnderTest;
  let proxy: Server;
  beforeAll(async () => {
    console = await openConsole({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' });
    proxy = await startProxy(new URL(console.server.url));
  });
  afterAll(async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    await console?.close();
  });

  it('signs in, moves live, keeps its addresses, and gives commands that work', async () => {
    const { page, context } = await console.visit({ username: '' });
    const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`;
    const outside: string[] = [];
    page.on('request', (asked) => {
      if (!asked.url().startsWith(`${base}/`)) outside.push(asked.url());
    });
    await page.goto(`${base}/`);
    await page.getByLabel('User name').fill(`${console.tenant.name}\\boss`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await headingOf(page, 'Fleet').waitFor();
    await page.getByText('Live').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Provision a device' }).click();
    await page.getByLabel('Controller ID').fill('lamp-1');
    await page.getByRole('button', { name: 'Create the target' }).click();
    await page.getByText(`${base}/${console.tenant.name}/controller/v1/lamp-1`).waitFor();
    await page.goto(`${base}/targets/lamp-1`);
    await headingOf(page, 'lamp-1').waitFor();
    await page.getByRole('link', { name: 'Targets' }).click();
    await page.getByRole('link', { name: 'lamp-1' }).waitFor();
    expect(page.url()).toBe(`${base}/targets`);
    expect(outside).toEqual([]);
    await context.close();
  });
});
