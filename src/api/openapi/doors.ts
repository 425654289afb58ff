import type { DoorKind, NotedRoute } from './operation.ts';
import { component, either, integer, object, type Schema, text } from './schema.ts';

const JSON_TYPE = 'application/json';
const HAL = 'application/hal+json';
const CBOR = 'application/cbor';

const FAULT = component(
  'Fault',
  object(
    { errorCode: text('Which rule was broken, as hawkBit names it.'), message: text('The same for people.') },
    {
      exceptionClass: text("hawkBit's class of the error, where it has one."),
      info: object(
        { type: text('The kind of thing.'), entityId: either(integer('Its id.'), text('Its name.')) },
        {},
        'The thing that is meant.',
      ),
    },
  ),
);
const REFUSAL = component(
  'Refusal',
  object(
    {
      timestamp: text('When.', { format: 'date-time' }),
      status: integer('The status.'),
      error: text('Its name.'),
    },
    { message: text('What is wrong.') },
  ),
);
const ERROR = either(FAULT, REFUSAL);
/** GraphQL says what is wrong in its own form. */
const ERRORS = component(
  'GraphqlErrors',
  object({
    errors: {
      type: 'array',
      items: object({ message: text('What is wrong.') }, { extensions: { type: 'object' } }),
    },
  }),
);

interface Door {
  /** A tag's description. */
  about: string;
  /** Any of these is enough. */
  security: Security;
  /** What a JSON body is sent as, and what answers are. */
  takes: readonly string[];
  gives: readonly string[];
  errors: Schema;
  /** What any of its paths may be refused with. */
  refusals: readonly number[];
  /** What is refused only where something is written. */
  refusalsOfWrites: readonly number[];
}

type Security = readonly Readonly<Record<string, readonly string[]>>[];

const ACCOUNT: Security = [{ basic: [] }, { bearer: [] }];
const WITH_SESSION: Security = [...ACCOUNT, { session: [] }];

export const DOORS: Readonly<Record<DoorKind, Door>> = {
  management: {
    about: 'The Management API, as hawkBit has it.',
    security: ACCOUNT,
    takes: [JSON_TYPE, HAL],
    gives: [HAL, JSON_TYPE],
    errors: ERROR,
    refusals: [400, 401, 403, 429, 503],
    refusalsOfWrites: [404, 405, 409, 410, 423],
  },
  device: {
    about: 'The Direct Device Integration API, by which devices ask for updates and report on them.',
    security: [{ targetToken: [] }, { gatewayToken: [] }, { clientCertificate: [] }],
    takes: [JSON_TYPE, CBOR],
    gives: [HAL, JSON_TYPE, CBOR],
    errors: ERROR,
    refusals: [400, 401, 403, 404, 429, 503],
    refusalsOfWrites: [405, 409, 410],
  },
  files: {
    about: 'Targets as files: CSV or a JSON object a line, in and out.',
    security: WITH_SESSION,
    takes: [JSON_TYPE],
    gives: [JSON_TYPE],
    errors: ERROR,
    refusals: [400, 401, 403, 429, 503],
    refusalsOfWrites: [404, 409],
  },
  uploads: {
    about: 'The bytes of files that GraphQL awaits. The token in the path is all that is needed.',
    security: [],
    takes: ['application/octet-stream'],
    gives: [JSON_TYPE],
    errors: ERROR,
    refusals: [400, 404, 429, 503],
    refusalsOfWrites: [403, 408, 409, 410, 507],
  },
  graphql: {
    about: 'The GraphQL API, and the sessions of browsers.',
    security: WITH_SESSION,
    takes: [JSON_TYPE],
    gives: ['application/graphql-response+json', JSON_TYPE],
    errors: ERRORS,
    refusals: [400, 401, 403, 429, 503],
    refusalsOfWrites: [],
  },
  est: {
    about:
      'Enrollment over Secure Transport (RFC 7030, with the corrections of RFC 8951): devices get certificates by it. `{label}` is `tenant.group`, the name of the tenant and that of an enrollment group.',
    security: [{ basic: [] }, { clientCertificate: [] }],
    takes: ['application/pkcs10'],
    gives: ['application/pkcs7-mime'],
    errors: text('What is wrong.'),
    refusals: [400, 403, 404, 503],
    refusalsOfWrites: [401, 413, 415, 429],
  },
  open: {
    about: 'For everybody who reaches the server: what it is, and how it is.',
    security: [],
    takes: [],
    gives: [JSON_TYPE],
    errors: ERROR,
    refusals: [],
    refusalsOfWrites: [],
  },
};

/** The ways to sign in. */
export const SECURITY_SCHEMES = {
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'A user by name and password. The name may begin with the tenant: `TENANT\\user`.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, or a token of the OpenID Connect issuer that the server trusts.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'muster_session',
    description:
      'The cookie that `POST /graphql/session` sets. It counts only for pages of this server or of an allowed origin, ' +
      'which the browser tells by `Origin` and `Sec-Fetch-Site`. A POST that a plain form could send also needs the ' +
      'header `X-Requested-With`, with any value.',
  },
  targetToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'The security token of the target: `TargetToken …`.',
  },
  gatewayToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'A token of an enrollment group, which devices share: `GatewayToken …`.',
  },
  clientCertificate: {
    type: 'mutualTLS',
    description:
      'A certificate whose common name is the controllerId, from an authority that the tenant trusts: in the TLS ' +
      'handshake, or checked by a trusted proxy, which tells of it by `X-Controller-Id` and `X-Authority`.',
  },
} as const;

const WORDS: Readonly<Record<number, string>> = {
  400: 'Something of the request is wrong; the message names it.',
  401: 'Nobody signed in, or not so that it counts here.',
  403: 'The caller may not do this.',
  404: 'What the request names is not there, or out of the scope of the caller.',
  405: 'The method, or the state of what it is about, does not allow it.',
  406: 'None of the accepted types can be given.',
  408: 'The upload was too slow.',
  409: 'It is there already, or something else stands against it.',
  410: 'It was there, and is no more.',
  413: 'The body is too large.',
  415: 'The body is of a type or an encoding that is not read here.',
  423: 'It is locked.',
  429: 'Too many of something; `Retry-After` tells when to try again, where that helps.',
  503: 'Not now: for example the database is away. `Retry-After` tells when to try again.',
  507: 'There is no room for the file.',
};

/** Which errors an operation may answer: what the door has, and what follows from the route itself. */
export function refusalsOf({ method, path, door, body, produced, sends, operation }: NotedRoute): number[] {
  const { refusals, refusalsOfWrites, gives } = DOORS[door];
  const isWrite = method !== 'get';
  const takes = body !== undefined || operation.body !== undefined;
  const negotiates = !sends && (gives.length > 1 || produced !== undefined);
  return [
    ...new Set([
      ...refusals,
      ...(isWrite ? refusalsOfWrites : []),
      ...(path.includes(':') ? [404, 503] : []),
      ...(negotiates && (door !== 'device' || method === 'get') ? [406] : []),
      ...(takes ? [413, 415] : []),
    ]),
  ].sort((a, b) => a - b);
}

/** The answer to what is refused. Some have no body. */
export function refusal(status: number, door: DoorKind): object {
  const isEmpty = status === 406 || (door === 'device' && (status === 401 || status === 410));
  const schema = DOORS[door].errors;
  return {
    description: WORDS[status],
    ...([429, 503].includes(status) && {
      headers: { 'Retry-After': { description: 'Seconds.', schema: integer() } },
    }),
    ...(!isEmpty && {
      content: { [JSON_TYPE]: { schema }, ...(door === 'management' && { [HAL]: { schema } }) },
    }),
  };
}
