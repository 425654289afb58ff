import proxyAddr from 'proxy-addr';
import { z } from 'zod';
import { S3_ADDRESS } from './storage/s3.ts';

export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false'], 'must be true or false'))
  .transform((text) => text === 'true');
export const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be a whole number from ${least} to ${most}`);
const KEY = 'must be 32 bytes as 64 hexadecimal digits or in Base64: openssl rand -hex 32 makes them';
export const secretKey = z
  .string()
  .transform((text) => Buffer.from(text.trim(), /^[0-9a-f]{64}$/i.test(text.trim()) ? 'hex' : 'base64'))
  .refine((key) => key.length === 32, KEY);
export const secretKeys = z
  .string()
  .transform((text) => text.split(',').map((part) => secretKey.safeParse(part).data))
  .refine((keys) => keys.every((key) => key !== undefined), `each ${KEY}; with commas between`)
  .transform((keys) => keys as Buffer[]);
export const url = (schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.canParse(text),
      `must be a URL of ${schemes.join(' or ')}`,
    );

const ORIGINS = 'must be origins like https://fleet.example.com with commas between, or *';
export const origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => part === '*' || isOrigin(part)), ORIGINS);

export const proxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => tryTo(() => proxyAddr.compile(parts)),
    'must be addresses and networks with commas between; loopback, linklocal and uniquelocal are some, too',
  )
  .transform(String);

export const artifactPlace = z
  .string()
  .refine(
    (text) => (text.includes('://') ? S3_ADDRESS.test(text) : true),
    'must be a folder or s3://bucket/prefix',
  );

const isOrigin = (text: string) =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

function tryTo(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** How a setting is read, its default and its meaning. */
export interface Setting<T> {
  /** Reads its text, or says which rule it breaks. */
  read: z.ZodType<T, string>;
  fallback: T;
  /** The table of `docs/settings.md` has the same text. */
  about: string;
  /** Its name in hawkBit's `application.properties`. */
  property?: string;
  /** It must not be shown. */
  isSecret?: boolean;
}
export const setting = <T>(
  read: z.ZodType<T, string>,
  fallback: T,
  about: string,
  property?: string,
): Setting<T> => ({
  read,
  fallback,
  about,
  property,
});
/** A setting that is undefined if it isn't set. */
export const optional = <T>(read: z.ZodType<T, string>, about: string): Setting<T | undefined> =>
  setting(read.optional() as z.ZodType<T | undefined, string>, undefined, about);
export const secret = <T>(one: Setting<T>): Setting<T> => ({ ...one, isSecret: true });
export const text = z.string();
export const ddi = (mode: string) => `hawkbit.server.ddi.security.authentication.${mode}.enabled`;
