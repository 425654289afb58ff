import { z } from 'zod';
import {
  artifactPlace,
  ddi,
  flag,
  optional,
  origins,
  proxies,
  type Setting,
  secret,
  secretKey,
  secretKeys,
  setting,
  text,
  url,
  whole,
} from './setting.ts';

/** Every setting, by the name of its environment variable. */
export const SETTINGS = {
  PORT: setting(whole(0, 65_535), 8080, 'the port to listen on; 0 takes a free one'),
  HOST: setting(text, '127.0.0.1', 'the address to listen on'),
  DATABASE_URL: optional(
    url(['postgres', 'postgresql']),
    'an external PostgreSQL 15 or newer; default: the embedded one',
  ),
  DATABASE_DIRECT_URL: optional(
    url(['postgres', 'postgresql']),
    'a direct connection without a pooler, for LISTEN and migrations; default: DATABASE_URL',
  ),
  DATABASE_READ_URL: optional(
    url(['postgres', 'postgresql']),
    'a streaming replica of DATABASE_URL, one server, which answers calls that only read; default: none',
  ),
  DATABASE_PREPARE: setting(flag, true, 'named prepared statements; unless set, off behind a pooler'),
  DATABASE_POOL_SIZE: setting(
    whole(3, 500),
    10,
    'connections in the pool of a process, at most; fewer where the database allows fewer',
  ),
  MUSTER_DATA_DIR: setting(text, './data', 'the folder of the embedded database and of artifacts'),
  MUSTER_ARTIFACTS: optional(
    artifactPlace,
    'where artifacts are stored: a folder, or s3://bucket/prefix; default: `artifacts` in MUSTER_DATA_DIR',
  ),
  MUSTER_S3_ENDPOINT: optional(
    url(['http', 'https']),
    "an S3-compatible store's address; credentials and region are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION",
  ),
  MUSTER_ARTIFACT_SIZE: setting(whole(1, Number.MAX_SAFE_INTEGER), 1 << 30, 'bytes in an artifact'),
  MUSTER_ARTIFACTS_SIZE: setting(
    whole(1, Number.MAX_SAFE_INTEGER),
    20 * 2 ** 30,
    'bytes in all artifacts of a tenant',
  ),
  MUSTER_ARTIFACTS_CACHE: setting(
    whole(0, 2 ** 36),
    32 * 2 ** 20,
    'bytes of memory in which each process keeps artifacts of up to 1 MiB that are downloaded; 0 keeps none',
  ),
  MUSTER_ADMIN_USER: setting(text.min(1), 'admin', 'the first administrator of tenant DEFAULT'),
  MUSTER_ADMIN_PASSWORD: secret(
    optional(
      text.min(1),
      'the password of the first administrator; default: admin, only if HOST is a loopback address',
    ),
  ),
  MUSTER_SECRET_KEY: secret(
    optional(
      secretKey,
      'the key that tokens of targets, gateway tokens, secrets of webhooks and keys of authorities are encrypted with in the database: 32 bytes, hexadecimal or in Base64; default: they are stored as they are',
    ),
  ),
  MUSTER_SECRET_KEY_PREVIOUS: secret(
    optional(
      secretKeys,
      'keys that are only read with, with commas between: the former ones, until `muster secrets rotate` has replaced them',
    ),
  ),
  MUSTER_BASIC_ENABLED: setting(flag, true, 'people and programs may sign in with HTTP Basic'),
  MUSTER_OIDC_ISSUER: optional(
    url(['http', 'https']),
    'the OpenID Connect issuer whose tokens are accepted, spelled as in their claim iss; default: none',
  ),
  MUSTER_OIDC_AUDIENCE: optional(
    text.min(1),
    'what the claim aud of a token must name; needed with an issuer',
  ),
  MUSTER_OIDC_USER_CLAIM: setting(
    text,
    'preferred_username',
    'the claim that names the user, as a dotted path',
  ),
  MUSTER_OIDC_ROLES_CLAIM: setting(
    text,
    'roles',
    'the claim that lists permissions and roles, as a dotted path (Keycloak: realm_access.roles)',
  ),
  MUSTER_OIDC_TENANT_CLAIM: optional(
    text,
    'the claim that names the tenant, as a dotted path; default: all users belong to DEFAULT',
  ),
  MUSTER_OIDC_CLOCK_SKEW: setting(whole(0, 300), 30, "seconds by which the issuer's clock may differ"),
  MUSTER_OIDC_CLIENT_ID: optional(
    text.min(1),
    'the name of this server at the issuer: with it people can sign in there with a browser; its redirect URI is /graphql/session/openidconnect/callback',
  ),
  MUSTER_OIDC_CLIENT_SECRET: secret(
    optional(text.min(1), 'its secret at the issuer; default: it is a public client'),
  ),
  MUSTER_OIDC_SCOPE: setting(text, 'openid profile email', 'what is asked of the issuer then'),
  MUSTER_OIDC_NAME: setting(text, 'OpenID Connect', 'what pages call the issuer'),
  MUSTER_PUBLIC_URL: optional(
    url(['http', 'https']),
    'the base of links in answers; default: the host of the request',
  ),
  MUSTER_ALLOWED_ORIGINS: optional(
    origins,
    "the origins of pages beside the server's own that may use it, with commas between; with * any page may, but with a token of its own only; default: none",
  ),
  MUSTER_TLS_CERT: optional(
    text,
    "a file with the server's certificate and the CA certificates between, in PEM: with it Muster terminates TLS itself and asks devices for certificates",
  ),
  MUSTER_TLS_KEY: optional(
    text,
    'a file with its private key, in PEM; both are read again when they change, and on SIGHUP',
  ),
  MUSTER_TRUSTED_PROXIES: setting(
    proxies,
    'loopback',
    'whose X-Forwarded-*, Forwarded and certificate headers are believed: addresses, networks, loopback, linklocal, uniquelocal',
  ),
  MUSTER_WORKERS: setting(whole(1, 64), 1, 'processes sharing the port'),
  MUSTER_CONNECTIONS: optional(
    whole(16, 1_000_000),
    'connections of a process at the same time; default: half of what the limit of open files (ulimit -n) leaves, at most 20,000',
  ),
  MUSTER_ADDRESS_CONNECTIONS: optional(
    whole(1, 1_000_000),
    'the same for one address, or for one IPv6 network of 64 bits, unless it is a trusted proxy; default: half of all',
  ),
  MUSTER_KEEP_ALIVE: setting(
    whole(1, 3_600),
    65,
    'seconds that a connection may wait for its next request; if there is no room for another, the longest idle is closed',
  ),
  MUSTER_POLL_CACHE_ENTRIES: setting(
    whole(1, 20_000_000),
    1_000_000,
    'devices that each process remembers between polls',
  ),
  MUSTER_TARGETS: setting(
    whole(1, Number.MAX_SAFE_INTEGER),
    2_000_000,
    'targets that a tenant may have, however they are created',
  ),
  MUSTER_BODY_LIMIT: setting(whole(1024, 1 << 30), 16 << 20, 'bytes in a Management API or GraphQL body'),
  MUSTER_SUBSCRIBERS: setting(
    whole(0, 100_000),
    1_000,
    'connections of a process for GraphQL subscriptions; one account may have a quarter of them; 0 allows none',
  ),
  MUSTER_ADDRESS_REQUESTS: setting(
    whole(0, 1_000_000),
    0,
    'requests a second of people and programs from one address, to all processes together, and ten times as many at once; more is answered 429; 0 is no limit',
  ),
  MUSTER_CREDENTIAL_REQUESTS: setting(
    whole(0, 1_000_000),
    0,
    'the same for one account, API key or user of the issuer',
  ),
  MUSTER_TENANT_REQUESTS: setting(whole(0, 1_000_000), 0, 'the same for one tenant'),
  MUSTER_DDI_BODY_LIMIT: setting(whole(1024, 1 << 30), 1 << 20, 'bytes in a device API body'),
  MUSTER_DDI_WRITES: setting(
    whole(1, 1_000_000_000),
    1_200,
    'what a device may write at once: a report counts 1 for each KiB, attributes and the like 10 more; more is answered 429',
  ),
  MUSTER_DDI_WRITES_A_MINUTE: setting(
    whole(1, 1_000_000_000),
    60,
    'how much of that a device may write again each minute',
  ),
  MUSTER_DDI_TARGET_TOKEN_ENABLED: setting(
    flag,
    true,
    'devices may sign in with their own token',
    ddi('targettoken'),
  ),
  MUSTER_DDI_GATEWAY_TOKEN_ENABLED: setting(
    flag,
    false,
    "devices may sign in with the tenant's gateway token",
    ddi('gatewaytoken'),
  ),
  MUSTER_DDI_ANONYMOUS_ENABLED: setting(
    flag,
    false,
    'downloads without credentials, as soon as there are downloads',
    ddi('anonymous'),
  ),
  MUSTER_WEBHOOKS_PRIVATE: setting(
    flag,
    false,
    'webhooks, enrollment hooks and EST servers that sign may have loopback, link-local and private addresses, the former two also with http',
  ),
  MUSTER_CONFIG_FILE: setting(text, './application.properties', "a file with hawkBit's property names"),
  LOG_LEVEL: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) as z.ZodType<string, string>,
    'info',
    'fatal, error, warn, info, debug, trace or silent',
  ),
  MUSTER_SLOW_STATEMENT: setting(
    whole(1, 3_600_000),
    1_000,
    'milliseconds after which a statement to the database is logged, without its values',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    url(['http', 'https']),
    'the OpenTelemetry collector that traces are sent to, by OTLP over HTTP; default: none are recorded',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(
    url(['http', 'https']),
    'the same with its whole path; default: `/v1/traces` there',
  ),
  OTEL_SDK_DISABLED: setting(flag, false, 'records no traces, whatever the other settings say'),
  NODE_ENV: setting(text, 'development', 'production logs one JSON line for each record'),
} satisfies Record<string, Setting<unknown>>;
