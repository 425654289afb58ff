import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { addressUrl, isMalformedUrl, openPeers } from '../../src/api/http.ts';

const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({
    socket: { remoteAddress },
    headers: { host: 'muster:8080', ...headers },
    connection: { remoteAddress },
  }) as unknown as IncomingMessage;

describe('whom to believe', () => {
  const forwarded = {
    'x-forwarded-for': '10.1.2.3',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'iot.example',
  };
  const peers = openPeers('loopback, 192.168.0.0/16', undefined);

  it('a trusted proxy: for the address, protocol and host', () => {
    expect(peers.addressOf(from('127.0.0.1', forwarded))).toBe('10.1.2.3');
    expect(peers.baseUrlOf(from('192.168.7.7', forwarded))).toBe('https://iot.example');
    expect(peers.isTrusted(from('::ffff:127.0.0.1'))).toBe(true);
  });

  it('nobody else', () => {
    expect(peers.addressOf(from('10.9.9.9', forwarded))).toBe('10.9.9.9');
    expect(peers.baseUrlOf(from('10.9.9.9', forwarded))).toBe('http://muster:8080');
    expect(peers.isTrusted(from('10.9.9.9'))).toBe(false);
  });

  it('a chain of proxies as far as they are trusted', () => {
    const chain = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 192.168.0.1' };
    expect(peers.addressOf(from('127.0.0.1', chain))).toBe('2.2.2.2');
  });

  it('the setting before all, where there is one', () => {
    const fixed = openPeers('loopback', 'https://muster.example/base/');
    expect(fixed.baseUrlOf(from('127.0.0.1', forwarded))).toBe('https://muster.example/base');
  });

  it('only what is an address', () => {
    expect(() => openPeers('nonsense', undefined)).toThrow();
  });
});

it('shows addresses as URLs', () => {
  expect(openPeers('loopback', undefined).addressOf(from('::ffff:10.0.0.1'))).toBe('10.0.0.1');
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
])('does not look at %s', (url) => expect(isMalformedUrl(url)).toBe(true));

it.each(['/a', '/a%20b', '/%C3%A4', "/a?q=name=='x'", '/a?q=a;b,c&sort=name:ASC', '/a?q=%7B%22', '/100%25'])(
  'looks at %s',
  (url) => expect(isMalformedUrl(url)).toBe(false),
);
