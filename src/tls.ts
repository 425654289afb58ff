import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import { type Config, ConfigurationError } from './config.ts';

type Files = Pick<Config, 'MUSTER_TLS_CERT' | 'MUSTER_TLS_KEY'>;

/**
 * Every client is asked for a certificate, but doesn't need one. A given certificate is checked against the authorities
 * of the tenant, which is known only from the request. A resumed session would have only the first certificate of the
 * chain, so sessions can't be resumed.
 */
const OPTIONS = {
  requestCert: true,
  rejectUnauthorized: false,
  ca: [],
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} satisfies TlsOptions;

/**
 * The TLS options with the certificate and key of the settings; undefined if there are none.
 * @throws ConfigurationError if they can't be used
 */
export function readTls({ MUSTER_TLS_CERT, MUSTER_TLS_KEY }: Files): TlsOptions | undefined {
  if (MUSTER_TLS_CERT === undefined || MUSTER_TLS_KEY === undefined) return undefined;
  const cert = readFile('MUSTER_TLS_CERT', MUSTER_TLS_CERT);
  const key = readFile('MUSTER_TLS_KEY', MUSTER_TLS_KEY);
  const certificate = tryTo(
    () => new X509Certificate(cert),
    `MUSTER_TLS_CERT: ${MUSTER_TLS_CERT} holds no certificate in PEM`,
  );
  const privateKey = tryTo(
    () => createPrivateKey(key),
    `MUSTER_TLS_KEY: ${MUSTER_TLS_KEY} holds no private key in PEM that needs no passphrase`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigurationError(
      `MUSTER_TLS_KEY: ${MUSTER_TLS_KEY} is not the key of the certificate in ${MUSTER_TLS_CERT}`,
    );
  tryTo(
    () => createSecureContext({ cert, key }),
    `MUSTER_TLS_CERT: ${MUSTER_TLS_CERT} is refused by OpenSSL`,
  );
  return { ...OPTIONS, cert, key };
}

function readFile(setting: string, path: string): Buffer {
  return tryTo(() => readFileSync(path), `${setting}: ${path} can't be read`);
}

function tryTo<T>(work: () => T, otherwise: string): T {
  try {
    return work();
  } catch (error) {
    throw new ConfigurationError(`${otherwise} (${(error as Error).message})`);
  }
}

const LOOK_EVERY_MS = 2_000;
/** The two files may be replaced one after the other. */
const SETTLE_MS = 500;

/**
 * Uses a new certificate and key for all new connections, when the files change and on SIGHUP. If a pair can't be used,
 * that is logged and the old one stays. Paths are resolved again each time, so files may be replaced by renaming or
 * behind a symbolic link.
 * @returns a function that stops this
 */
export function renewTls(server: Server, files: Files, log: Logger): () => void {
  const reload = () => {
    try {
      const options = readTls(files)!;
      server.setSecureContext(options);
      const { subject, validTo } = new X509Certificate(options.cert as Buffer);
      log.info({ subject, validTo }, 'the TLS certificate was read again');
    } catch (error) {
      log.error(`the TLS certificate stays as it was: ${(error as Error).message}`);
    }
  };
  let settling: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(settling);
    settling = setTimeout(reload, SETTLE_MS).unref();
  };
  const paths = [files.MUSTER_TLS_CERT!, files.MUSTER_TLS_KEY!];
  const before = textOf(paths);
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, changed);
  // What changes before the first look of `watchFile` is no change to it.
  const first = setTimeout(() => textOf(paths) !== before && changed(), LOOK_EVERY_MS).unref();
  process.on('SIGHUP', reload);
  return () => {
    for (const path of paths) unwatchFile(path, changed);
    clearTimeout(settling);
    clearTimeout(first);
    process.off('SIGHUP', reload);
  };
}

/** What is in the files; undefined where one can't be read now. */
function textOf(paths: readonly string[]): string | undefined {
  try {
    return paths.map((path) => readFileSync(path, 'latin1')).join();
  } catch {
    return undefined;
  }
}
