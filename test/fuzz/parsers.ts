import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { baseUrlOf, MisaddressedError } from '../../src/api/base-url.ts';
import { sessionTokenOf } from '../../src/api/browsers.ts';
import { parseCbor } from '../../src/api/cbor.ts';
import { readConfigData } from '../../src/api/ddi/config-data.ts';
import { devicePathOf, deviceRequestOf } from '../../src/api/ddi/request.ts';
import { readConfirmation, readReport } from '../../src/api/feedback.ts';
import { readGlobalId } from '../../src/api/graphql/server/ids.ts';
import { isMatch, openProxies, urlRefusalOf } from '../../src/api/http.ts';
import { csvParser } from '../../src/api/imports/csv.ts';
import { ndjsonParser } from '../../src/api/imports/ndjson.ts';
import { readRows } from '../../src/api/imports/read-rows.ts';
import { asObject, idOf } from '../../src/api/json.ts';
import { parseJson } from '../../src/api/json-reader.ts';
import { essenceOf, negotiator } from '../../src/api/media-types.ts';
import { readFileForm } from '../../src/api/multipart.ts';
import { rangesOf } from '../../src/api/ranges.ts';
import { readConfig } from '../../src/config.ts';
import { DomainError } from '../../src/errors.ts';
import { parseFilter } from '../../src/filters/parse.ts';
import { printFilter } from '../../src/filters/print.ts';
import { parseSort } from '../../src/filters/sort.ts';
import { readMaintenanceWindow } from '../../src/services/deployments/assignments/maintenance-window.ts';
import { commonNameOf } from '../../src/services/devices/certificate-authorities/certificate.ts';
import { readCertificate } from '../../src/services/devices/certificate-authorities/input.ts';
import { readSigningRequest } from '../../src/services/devices/issuing/signing-request.ts';
import { parseDuration } from '../../src/services/platform/tenants/durations.ts';
import { parsePollingTime } from '../../src/services/platform/tenants/polling-time.ts';
import { readContent } from '../../src/services/software/content-info/read.ts';
import { requestOf } from './requests.ts';

/** A parser with what it is given. It may refuse a value, by an error that names the rule, and nothing else. */
export interface Parser {
  name: string;
  values: fc.Arbitrary<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: each has values of its own
  parse: (value: any) => unknown;
}

/** Texts of a language's own words, in any order, between any other text. */
const wordsOf = (...words: string[]) =>
  fc
    .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, fc.string({ maxLength: 6 })), {
      maxLength: 40,
    })
    .map((parts) => parts.join(''));
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);
const texts = (...words: string[]) => fc.oneof({ weight: 4, arbitrary: wordsOf(...words) }, anyText);
const bytesOf = (values: fc.Arbitrary<string>) => values.map((text) => Buffer.from(text));
/** A few bytes of something well formed are changed. */
const broken = (whole: Buffer) =>
  fc
    .array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 })
    .map((changes) => {
      const copy = Buffer.from(whole);
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });

const DEEP = 5_000;
const deep = fc.constantFrom(
  '('.repeat(DEEP),
  '['.repeat(DEEP),
  '{"a":'.repeat(DEEP),
  `${'('.repeat(60)}name==a`,
  '"'.repeat(DEEP),
);
const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '"a"',
  'true',
  'null',
  '-',
  '1e9',
  '9'.repeat(40),
  '\\u0000',
  '\\',
  ' ',
];
const FILTER_WORDS = [
  'name',
  'attribute.',
  'metadata',
  '==',
  '=in=',
  '=is=',
  '!=',
  '<',
  '(',
  ')',
  ';',
  ',',
  ' and ',
  ' or ',
  '*',
  "'",
  '"',
  '\\',
  '1',
  'null',
];
const CRON_WORDS = [
  '*',
  '?',
  '0',
  '1',
  '31',
  '2',
  '/',
  '-',
  ',',
  'L',
  'W',
  '#',
  'MON',
  'FEB',
  ' ',
  '29',
  '2099',
  '5L',
  '0/7',
];
const DURATION_WORDS = ['P', 'T', 'D', 'H', 'M', 'S', '1', '59', ':', '-', '+', '.', '9'.repeat(9)];
const CSV_WORDS = [
  'controllerId',
  'name',
  'attribute.a',
  'metadata.b',
  ',',
  ';',
  '\t',
  '"',
  '""',
  '\n',
  '\r\n',
  '\ufeff',
  'a',
  'true',
];
const HEADER_WORDS = [
  'bytes=',
  '0',
  '-',
  '9',
  ',',
  ';',
  '=',
  '"',
  'W/',
  '*',
  'q',
  '0.5',
  'text',
  '/',
  'html',
  '*/*',
  'for',
  'proto',
  'host',
  ' ',
];
const RANGE_SIZES = fc.nat({ max: 1_000_000 });

const json = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));
const anyJson = (...keys: string[]) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.jsonValue(),
      tie('object'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    object: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), { maxKeys: 5 }),
  })).object;

/** A certificate of an authority, valid for a hundred years. Nobody has its key. */
const DER = Buffer.from(
  'MIIBhTCCASugAwIBAgIUfD6EiaZzf58W4TlfDWzc0wK19/AwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwERnV6ejAgFw0yNjExMzAw' +
    'MjMyMzhaGA8yMTI2MTEwNjAyMzIzOFowDzENMAsGA1UEAwwERnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBgonuZzTQfg' +
    'ZVtoPvb9vEy7j8LQNW8KHoA3nVwx+SoSI7ovH9IlQrnbPnLuDjl6OKL6FAgedHMrVB0z947sW7ijYzBhMB0GA1UdDgQWBBSm/B6z' +
    'fPTlc+f47vz7xW/a4/mFDTAfBgNVHSMEGDAWgBSm/B6zfPTlc+f47vz7xW/a4/mFDTAOBgNVHQ8BAf8EBAMCAQYwDwYDVR0TAQH/' +
    'BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBdK/GP3BFrFtOo08IEkSyanKFC6GgeJLZLbArPxoM2wwIhAMv5xJtbaBfdGsCaK3x0' +
    'jSznM6Pj4lYv6MOnzpap1pbz',
  'base64',
);
/** A request for a certificate with an alternative name. */
const PKCS10 = Buffer.from(
  'MIH4MIGfAgEAMA8xDTALBgNVBAMMBGZ1enowWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARtof0yZH0PyVaZy1/AHQD/46+qAzUDoRsv' +
    'QpIhLWHxKLH0zeELdt0S3Vc9Jt4SQgLC3BqNNKVCj1xBp0bLOj45oC4wLAYJKoZIhvcNAQkOMR8wHTAbBgNVHREEFDASghBmdXp6LmV4' +
    'YW1wbGUub3JnMAoGCCqGSM49BAMCA0gAMEUCIQDsGKUFMwb16umO9dGLm7FwxVIzriSW5HALBcA2gK3IqgIgGKN+cvf7YkvwFPHef4Jo' +
    'bJli8TsHjJye/0y2ZaHAFEY=',
  'base64',
);
const SWU = swuOf('software = { version = "1.0"; hardware-compatibility: [ "a", "#RE:.*" ]; };');
/** A cpio archive (newc) of one description. */
function swuOf(description: string): Buffer {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  const name = 'sw-description\0';
  const fields = [0, 0, 0, 0, 0, 0, description.length, 0, 0, 0, 0, name.length, 0];
  const head = `070701${fields.map(hex).join('')}${name}`;
  return Buffer.from(head + '\0'.repeat((4 - (head.length % 4)) % 4) + description);
}
const bundleOf = (signature: Buffer) => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(signature.length));
  return Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(64), signature, length]);
};
const content = (bytes: Uint8Array) => {
  const reader = readContent();
  for (let at = 0; at < bytes.length; at += 100) reader.take(bytes.subarray(at, at + 100));
  return reader.finish();
};
const NOW = new Date('2026-11-30T00:00:00Z');
const proxies = openProxies('127.0.0.1', undefined);
const choose = negotiator(['application/hal+json', 'application/json']);
const headersOf = (headers: Record<string, string>) => requestOf({ headers }) as IncomingMessage;
const headers = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), texts(...HEADER_WORDS));
const rows = async (parser: ReturnType<typeof csvParser>, bytes: Buffer) => {
  for await (const _ of readRows(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    })(),
    parser,
  ));
};

/** What is printed reads as the same. */
function readFilter(text: string): void {
  const printed = printFilter(parseFilter(text));
  const again = printFilter(parseFilter(printed));
  if (again !== printed) throw new Error(`It is printed as ${printed}, and that as ${again}`);
}

export const PARSERS: readonly Parser[] = [
  { name: 'filters', values: fc.oneof(texts(...FILTER_WORDS), deep), parse: readFilter },
  {
    name: 'orders',
    values: texts('name', ':', 'ASC', 'desc', ','),
    parse: (text) => parseSort(text, { name: 'name' }),
  },
  {
    name: 'maintenance windows',
    values: fc.record({
      schedule: fc.oneof(
        texts(...CRON_WORDS),
        fc
          .array(wordsOf(...CRON_WORDS.filter((word) => word !== ' ')), { minLength: 6, maxLength: 7 })
          .map((all) => all.join(' ')),
      ),
      duration: fc.oneof(fc.constant('01:00:00'), texts(...DURATION_WORDS)),
      timezone: fc.oneof(fc.constant('+02:00'), texts('+', '-', '02', ':', '00', 'Z')),
    }),
    parse: (window) => readMaintenanceWindow(window, NOW),
  },
  { name: 'durations', values: texts(...DURATION_WORDS), parse: (text) => parseDuration(text) },
  {
    name: 'polling times',
    values: texts(...DURATION_WORDS, '~', '(', ')', '->', ',', '%', ...FILTER_WORDS),
    parse: (text) => parsePollingTime(text),
  },
  {
    name: 'ranges',
    values: fc.tuple(texts(...HEADER_WORDS), RANGE_SIZES),
    parse: ([text, size]) => withinFile(rangesOf(text, size), size),
  },
  { name: 'ETags', values: headers('if-none-match'), parse: (all) => isMatch(headersOf(all), '"a"') },
  {
    name: 'accepted types',
    values: texts(...HEADER_WORDS),
    parse: (text) => [choose(text), essenceOf(text)],
  },
  { name: 'cookies', values: headers('cookie'), parse: (all) => sessionTokenOf(headersOf(all)) },
  {
    name: 'headers of proxies',
    values: headers(
      'host',
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-prefix',
    ),
    parse: (all) => [proxies.addressOf(headersOf(all)), baseUrlOf(headersOf(all), () => true)],
  },
  {
    name: 'headers of devices',
    values: headers('authorization', 'x-controller-id', 'x-authority', 'x-authority-0', 'x-authority-1'),
    parse: (all) => deviceRequestOf(headersOf(all), { tenant: 'T', controllerId: 'c', rest: '' }, proxies),
  },
  {
    name: 'paths',
    values: texts('/', '%2F', '%', '%zz', 'DEFAULT', '/controller/v1/', '?', '..', '\\'),
    parse: (text) => [devicePathOf(text), urlRefusalOf(text)],
  },
  {
    name: 'ids',
    values: texts('Target:', ':', '1', '-', '9'.repeat(19)),
    parse: (text) => [readGlobalId(text), idOf(text)],
  },
  {
    name: 'JSON',
    values: bytesOf(fc.oneof(texts(...JSON_WORDS), deep)),
    parse: (bytes) => parseJson(bytes, { values: 1_000 }),
  },
  {
    name: 'CBOR',
    values: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(Buffer.alloc(DEEP, 0x81))),
    parse: (bytes) => parseCbor(bytes, { values: 1_000 }),
  },
  {
    name: 'reports of devices',
    values: anyJson(
      'status',
      'execution',
      'result',
      'finished',
      'progress',
      'cnt',
      'details',
      'code',
      'timestamp',
      'confirmation',
    ),
    parse: (value) =>
      accepting(
        () => readReport(asObject(json(value))),
        () => readConfirmation(asObject(json(value))),
      ),
  },
  {
    name: 'attributes of devices',
    values: anyJson('mode', 'data', 'id', 'merge'),
    parse: (value) => readConfigData(asObject(json(value))),
  },
  {
    name: 'CSV',
    values: fc.tuple(bytesOf(texts(...CSV_WORDS)), fc.boolean()),
    parse: ([bytes, isHeaded]) =>
      rows(csvParser(), isHeaded ? Buffer.concat([Buffer.from('controllerId,name\n'), bytes]) : bytes),
  },
  {
    name: 'NDJSON',
    values: bytesOf(texts(...JSON_WORDS, '\n', '"controllerId"')),
    parse: (bytes) => rows(ndjsonParser(), bytes),
  },
  {
    name: 'forms',
    values: texts(
      '--b',
      '\r\n',
      '--',
      'Content-Disposition: form-data; name="file"',
      '; filename="a"',
      "; filename*=utf-8''%zz",
      '"',
      'x',
    ),
    async parse(text) {
      const form = readFileForm(
        requestOf({ headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: text }),
      );
      const file = await form.file;
      file?.content.on('error', () => {}).resume();
      await form.fields();
    },
  },
  {
    name: 'updates for SWUpdate',
    values: fc.oneof(
      broken(SWU),
      texts('software', '=', '{', '}', '[', ']', ';', '"', ':', '(', ',', '#', '/*').map(swuOf),
    ),
    parse: content,
  },
  {
    name: 'bundles for RAUC',
    values: fc.oneof(
      broken(bundleOf(DER)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => bundleOf(Buffer.from(bytes))),
    ),
    parse: content,
  },
  {
    name: 'certificates',
    values: fc.oneof(broken(DER).map(pemOf), anyText),
    parse: (text) => commonNameOf(readCertificate(text, NOW)),
  },
  {
    name: 'requests for certificates',
    values: broken(PKCS10),
    parse: readSigningRequest,
  },
  {
    name: 'settings',
    values: fc.dictionary(
      fc.constantFrom(
        'PORT',
        'HOST',
        'MUSTER_BODY_LIMIT',
        'MUSTER_POLLING_TIME',
        'MUSTER_PUBLIC_URL',
        'MUSTER_TRUSTED_PROXIES',
        'MUSTER_ALLOWED_ORIGINS',
        'LOG_LEVEL',
      ),
      texts('1', 'MB', 'kb', 'h', 'http://', '/', '.', ':', '-', ','),
    ),
    parse: (settings) => told(() => readConfig({ MUSTER_CONFIG_FILE: '/dev/null', ...settings })),
  },
];

function pemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

function withinFile(ranges: ReturnType<typeof rangesOf>, size: number): void {
  for (const { first, last } of ranges ?? [])
    if (!(first >= 0 && first <= last && last < size)) throw new Error(`${first}-${last} of ${size} bytes`);
}

/** A command says at its start what is wrong with its settings. */
function told(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error as Error).message.includes('\n') && !/^[\w ]+: |[A-Z_]{4,}/.test((error as Error).message))
      throw error;
  }
}

function accepting(...all: (() => unknown)[]): void {
  for (const one of all) refusing(one);
}
function refusing(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Whether the error is meant for the caller, and is no fault of the parser. */
const isRefusal = (error: unknown): boolean =>
  error instanceof DomainError ||
  error instanceof MisaddressedError ||
  (error as { status?: number }).status === 400;

/** Parses a value, and passes over a refusal. @throws what is no refusal */
export async function tryParser({ parse }: Parser, value: unknown): Promise<void> {
  try {
    await parse(value);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
