import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { addressUrl, openProxies, urlRefusalOf } from '../../src/api/http.ts';

const from = (remoteAddress: string, given: Record<string, string> = {}, socket: object = {}) => {
  const headers: Record<string, string> = { host: 'muster:8080', ...given };
  return {
    socket: { remoteAddress, ...socket },
    headers,
    rawHeaders: Object.entries(headers).flat(),
    connection: { remoteAddress },
  } as unknown as IncomingMessage;
};

describe('whom to believe', () => {
  const forwarded = {
    'x-forwarded-for': '10.1.2.3',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'iot.example',
  };
  const proxies = openProxies('loopback, 192.168.0.0/16', undefined);

  it('a trusted proxy: for the address, protocol and host', () => {
    expect(proxies.addressOf(from('127.0.0.1', forwarded))).toBe('10.1.2.3');
    expect(proxies.baseUrlOf(from('192.168.7.7', forwarded))).toBe('https://iot.example');
    expect(proxies.isTrusted(from('::ffff:127.0.0.1'))).toBe(true);
  });

  it('nobody else', () => {
    expect(proxies.addressOf(from('10.9.9.9', forwarded))).toBe('10.9.9.9');
    expect(proxies.baseUrlOf(from('10.9.9.9', forwarded))).toBe('http://muster:8080');
    expect(proxies.isTrusted(from('10.9.9.9'))).toBe(false);
  });

  it('a chain of proxies as far as they are trusted', () => {
    const chain = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 192.168.0.1' };
    expect(proxies.addressOf(from('127.0.0.1', chain))).toBe('2.2.2.2');
  });

  it('the setting before all, where there is one', () => {
    const fixed = openProxies('loopback', 'https://muster.example/base/');
    expect(fixed.baseUrlOf(from('127.0.0.1', forwarded))).toBe('https://muster.example/base');
  });

  it('whose address is one, as others may be told nonsense', () => {
    const told = (chain: string) => proxies.addressOf(from('127.0.0.1', { 'x-forwarded-for': chain }));
    expect(told('1.1.1.1:4711')).toBe('1.1.1.1');
    expect(told('[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(told('[2001:db8::1]')).toBe('2001:db8::1');
    expect(told('::ffff:1.1.1.1')).toBe('1.1.1.1');
    for (const nonsense of ['"><script>', 'unknown', '', 'a.example'])
      expect(told(nonsense)).toBe('127.0.0.1');
    expect(told('<b>, 1.1.1.1, 192.168.0.1')).toBe('1.1.1.1');
  });

  it('by the standard header, too, where the usual one is not there', () => {
    const forwarded = 'for=9.9.9.9, for="[2001:db8::1]:4711", for=192.168.0.1';
    expect(proxies.addressOf(from('127.0.0.1', { forwarded }))).toBe('2001:db8::1');
    expect(proxies.addressOf(from('127.0.0.1', { forwarded, 'x-forwarded-for': '1.1.1.1' }))).toBe('1.1.1.1');
    expect(proxies.addressOf(from('10.9.9.9', { forwarded }))).toBe('10.9.9.9');
    for (const odd of ['for=unknown', 'for=_hidden', 'nonsense', 'proto=https'])
      expect(proxies.addressOf(from('127.0.0.1', { forwarded: odd }))).toBe('127.0.0.1');
  });

  it('only what is an address', () => {
    expect(() => openProxies('nonsense', undefined)).toThrow();
  });
});

describe('the base of links', () => {
  const proxies = openProxies('loopback', undefined);
  const base = (headers: Record<string, string>, socket?: object) =>
    proxies.baseUrlOf(from('127.0.0.1', headers, socket));

  it.each<[Record<string, string>, string]>([
    [{}, 'http://muster:8080'],
    [{ host: '[::1]:8080' }, 'http://[::1]:8080'],
    [{ host: 'my_service.local' }, 'http://my_service.local'],
    [{ 'x-forwarded-proto': 'https' }, 'https://muster:8080'],
    [{ 'x-forwarded-proto': 'HTTPS, http' }, 'https://muster:8080'],
    [{ 'x-forwarded-proto': 'wss' }, 'https://muster:8080'],
    [{ 'x-forwarded-proto': '', 'x-forwarded-host': '' }, 'http://muster:8080'],
    [{ 'x-forwarded-host': 'a.example, b.example' }, 'http://a.example'],
    [{ 'x-forwarded-host': 'a.example', 'x-forwarded-port': '8443' }, 'http://a.example:8443'],
    [
      { 'x-forwarded-host': 'a.example:1', 'x-forwarded-port': '443', 'x-forwarded-proto': 'https' },
      'https://a.example',
    ],
    [{ 'x-forwarded-port': '80' }, 'http://muster'],
    [{ 'x-forwarded-port': '8443, 80' }, 'http://muster:8443'],
    [{ host: '[::1]', 'x-forwarded-port': '8443' }, 'http://[::1]:8443'],
    [{ 'x-forwarded-prefix': '/fleet' }, 'http://muster:8080/fleet'],
    [{ 'x-forwarded-prefix': '/' }, 'http://muster:8080'],
    [{ 'x-forwarded-prefix': '/a/, /b/c' }, 'http://muster:8080/a/b/c'],
    [{ forwarded: 'for=1.1.1.1;proto=https;host=a.example' }, 'https://a.example'],
    [{ forwarded: 'host="a.example:8443";proto=HTTPS, host=b.example;proto=http' }, 'https://a.example:8443'],
    [{ forwarded: 'Host="[2001:db8::1]:8443"' }, 'http://[2001:db8::1]:8443'],
    [
      {
        forwarded: 'host=a.example',
        'x-forwarded-host': 'b.example',
        'x-forwarded-port': '1',
        'x-forwarded-proto': 'https',
        'x-forwarded-prefix': '/p',
      },
      'https://a.example/p',
    ],
    [{ forwarded: 'for=1.1.1.1', 'x-forwarded-port': '1' }, 'http://muster:1'],
  ])('for %j is %s', (headers, url) => {
    expect(base(headers)).toBe(url);
    expect(proxies.refusalOf(from('127.0.0.1', headers))).toBeUndefined();
  });

  it('is of https where TLS ends here', () =>
    expect(base({}, { encrypted: true })).toBe('https://muster:8080'));

  it('is where the request came in, for one without a host', () => {
    const request = from('127.0.0.1', {}, { localAddress: '::1', localPort: 8080 });
    delete request.headers.host;
    expect(proxies.baseUrlOf(request)).toBe('http://[::1]:8080');
  });

  it('has a path where one was cut off or is set', () => {
    expect(proxies.basePathOf(from('127.0.0.1', { 'x-forwarded-prefix': '/a/b' }))).toBe('/a/b');
    expect(proxies.basePathOf(from('127.0.0.1'))).toBe('');
    expect(openProxies('loopback', 'https://muster.example/base/').basePathOf(from('::1'))).toBe('/base');
  });

  it('is not what somebody says who is not trusted, nor where it is set', () => {
    const headers = {
      forwarded: 'host=a.example;proto=javascript',
      'x-forwarded-proto': 'javascript',
      'x-forwarded-host': '"><script>',
      'x-forwarded-port': 'x',
      'x-forwarded-prefix': '//evil.example',
    };
    const stranger = from('10.9.9.9', headers);
    expect([proxies.refusalOf(stranger), proxies.baseUrlOf(stranger)]).toEqual([
      undefined,
      'http://muster:8080',
    ]);
    const fixed = openProxies('loopback', 'https://muster.example');
    expect(fixed.refusalOf(from('127.0.0.1', headers))).toBeUndefined();
    expect(fixed.refusalOf(from('127.0.0.1', { host: '"><script>' }))).toMatch(/^Host:/);
  });

  it.each<[string, string]>([
    ...[
      '',
      '"><script>',
      'a b',
      'a/b',
      'a?b',
      'a#b',
      'a@b',
      'a:b',
      'a:1:2',
      'a,b',
      'a:123456',
      '::1',
      'ä',
      "a'b",
    ].map((host): [string, string] => ['Host', host]),
    ...['javascript', 'https:', 'data', '"'].map((proto): [string, string] => ['X-Forwarded-Proto', proto]),
    ...['"><script>', 'a/b', 'a b', 'https://a'].map((host): [string, string] => ['X-Forwarded-Host', host]),
    ...['x', '-1', '1e3', '123456'].map((port): [string, string] => ['X-Forwarded-Port', port]),
    ...['a', '//evil.example', '/a//b', '/../b', '/a/..', '/"><script>', '/a?b', '/a b'].map(
      (prefix): [string, string] => ['X-Forwarded-Prefix', prefix],
    ),
    ...['host=a;proto=javascript', 'host="a/b"', 'host=a b', '"', 'host="\\"><script>"', 'host=""'].map(
      (forwarded): [string, string] => ['Forwarded', forwarded],
    ),
  ])('is refused by %s: %s', (name, value) => {
    const refusal = proxies.refusalOf(from('127.0.0.1', { [name.toLowerCase()]: value }));
    expect(refusal).toBe(`${name}: is not well formed`);
  });

  it('is refused where there are two hosts', () => {
    const request = from('127.0.0.1');
    request.rawHeaders.push('HOST', 'muster:8080');
    expect(proxies.refusalOf(request)).toMatch(/^Host:/);
  });
});

it('shows addresses as URLs', () => {
  expect(openProxies('loopback', undefined).addressOf(from('::ffff:10.0.0.1'))).toBe('10.0.0.1');
  expect(addressUrl('10.0.0.1')).toBe('http://10.0.0.1');
  expect(addressUrl('::1')).toBe('http://[::1]');
});

it.each([
  '/a%2Fb',
  '/a%2fb',
  '/a%5Cb',
  '/a%00',
  '//a',
  '/a//b',
  '/%zz',
  '/%ff',
  '/a?q="x"',
  '/a?q=a<b',
  '/a?q=a|b',
  '/a?q=%00',
  '/a?q=%ED%A0%80',
  '/a?q=%',
  '/rest%2Fv1/targets',
  '/rest/v1%2Ftargets/a',
  '/rest/v1/targets/a/actions%2F1',
  '/rest/v1/targettypes/a%2Fb',
  '/rest/v1/targetgroups/a%2Fb',
  '/rest/v1/targettags/1%2F2/assigned',
  '/rest/v1/softwaremodules/1/artifacts/a%2Fb',
  '/rest/v1/targets/a%00b',
  '/rest/v1/targets/a\\b',
  '/DEFAULT%2Fcontroller/v1/a',
  '/DEFAULT/controller/v1/a/softwaremodules/1/artifacts/a%2Fb',
])('does not look at %s, and says why', (url) =>
  expect(urlRefusalOf(url)).toMatch(/^The (path|query|percent)/),
);

it.each([
  '/a',
  '/a%20b',
  '/%C3%A4',
  "/a?q=name=='x'",
  '/a?q=a;b,c&sort=name:ASC',
  '/a?q=%7B%22',
  '/a?q=%2F%5C',
  '/100%25',
  '/100%252F',
  '/rest/v1/targets/a%2Fb',
  '/rest/v1/targets/a%5Cb?limit=1',
  '/rest/v1/targets/a%2fb/metadata/c%5cd',
  '/rest/v1/softwaremodules/1/metadata/a%2Fb',
  '/rest/v1/distributionsets/1/metadata/a%2Fb',
  '/rest/v1/targettags/1/assigned/a%2Fb',
  '/DEFAULT/controller/v1/a%2Fb',
  '/DEFAULT/controller/v1/a%2Fb/configData',
])('looks at %s', (url) => expect(urlRefusalOf(url)).toBeUndefined());
