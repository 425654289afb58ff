import { BASE, IS_LOCAL } from '../api/base.ts';

export interface Device {
  tenant: string;
  controllerId: string;
  token: string;
}

const word = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * Simulated devices for the tenant of an account. On the server's machine the first administrator needs no password.
 */
export function simulateCommand({ tenant, username }: { tenant: string; username: string }): string {
  const command = `node dist/cli/main.js simulate --url ${word(baseUrl())}`;
  if (isFirstAdministrator({ tenant, username })) return command;
  return `MUSTER_PASSWORD=PASSWORD ${command} --user ${word(`${tenant}\\${username}`)}`;
}

/** Of a server on this machine. */
export const isFirstAdministrator = ({ tenant, username }: { tenant: string; username: string }): boolean =>
  IS_LOCAL && tenant === 'DEFAULT' && username === 'admin';

const baseUrl = () => BASE.href.replace(/\/$/, '');

/** One poll, as the device does it. */
export const curlCommand = ({ tenant, controllerId, token }: Device): string =>
  `curl -H ${word(`Authorization: TargetToken ${token}`)} \\\n  ${word(`${baseUrl()}/${tenant}/controller/v1/${encodeURIComponent(controllerId)}`)}`;

/** The token of a device as a factory derives it from the key of an enrollment group, and one poll with it. */
export const derivedTokenCommand = ({ tenant, key }: { tenant: string; key: string }): string =>
  [
    `token=$(printf %s device-1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:${key} -binary | basenc --base64url | tr -d =)`,
    `curl -H "Authorization: TargetToken $token" \\\n  ${word(`${baseUrl()}/${tenant}/controller/v1/device-1`)}`,
  ].join('\n');

/** SWUpdate with suricatta, its client for hawkBit. */
export const swupdateCommand = ({ tenant, controllerId, token }: Device): string =>
  `swupdate -u ${word(`-t ${tenant} -i ${controllerId} -u ${baseUrl()} -k ${token}`)}`;

/** The configuration of rauc-hawkbit-updater. */
export const raucConfiguration = ({ tenant, controllerId, token }: Device): string =>
  [
    '[client]',
    `hawkbit_server            = ${BASE.host}${BASE.pathname.replace(/\/$/, '')}`,
    `ssl                       = ${BASE.protocol === 'https:'}`,
    `tenant_id                 = ${tenant}`,
    `target_name               = ${controllerId}`,
    `auth_token                = ${token}`,
    'bundle_download_location  = /tmp/bundle.raucb',
    '',
    '[device]',
    'product                   = example',
  ].join('\n');
