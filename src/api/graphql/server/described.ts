import { gives, type Operation, query } from '../../openapi/operation.ts';
import { component, nullable, object, text } from '../../openapi/schema.ts';

const REQUEST = object(
  { query: text('The operation.') },
  {
    operationName: nullable(text('Which operation of the document is meant.')),
    variables: nullable({ type: 'object' }),
    extensions: nullable({ type: 'object' }),
  },
);
const RESULT = component(
  'GraphqlResult',
  object(
    {},
    {
      data: { type: ['object', 'null'] },
      errors: { type: 'array', items: { type: 'object' } },
      extensions: { type: 'object' },
    },
  ),
);

const BROWSERS = 'A page may also sign in by the cookie of a session.';
export const ASK: Operation = {
  summary: 'Send a GraphQL operation',
  description: `Subscriptions use a WebSocket on the same path, by the protocol \`graphql-transport-ws\`. ${BROWSERS}`,
  body: { schema: REQUEST },
  answers: { 200: gives(RESULT, 'What came of it.') },
};
export const ASK_BY_GET: Operation = {
  summary: 'Send a GraphQL query, or open GraphiQL',
  description: `Browsers get GraphiQL. ${BROWSERS}`,
  parameters: [
    query('query', 'The operation: a query.', text()),
    query('operationName', 'Which operation of the document is meant.', text()),
    query('variables', 'A JSON object.', text()),
    query('extensions', 'A JSON object.', text()),
  ],
  answers: {
    200: {
      description: 'What came of it.',
      content: {
        'application/graphql-response+json': RESULT,
        'application/json': RESULT,
        'text/html': text(),
      },
    },
    405: 'By GET there are only queries.',
  },
};
export const SIGN_IN: Operation = {
  summary: 'Begin a session',
  body: { schema: object({ username: text(), password: text() }) },
  answers: {
    200: {
      ...gives(
        object({ expiresAt: text('When it ends by itself.', { format: 'date-time' }) }),
        'It has begun.',
      ),
      headers: { 'Set-Cookie': 'The cookie `muster_session`.' },
    },
  },
};
export const SIGN_OUT: Operation = {
  summary: 'End a session',
  answers: {
    200: gives(object({ signOutUrl: text() }), 'Where to sign out at the issuer too.'),
    204: 'It has ended.',
  },
};
export const VISIT_ISSUER: Operation = {
  summary: 'Sign in at the OpenID Connect issuer',
  parameters: [query('returnTo', 'The path to come back to.', text())],
  answers: { 303: { description: 'To the issuer.', headers: { Location: 'Where to go.' } } },
};
export const RETURN_FROM_ISSUER: Operation = {
  summary: 'Come back from the OpenID Connect issuer',
  parameters: [
    query('state', 'As the issuer got it.', text()),
    query('code', 'What the issuer says.', text()),
  ],
  answers: { 303: { description: 'To the path that was asked for.', headers: { Location: 'Where to go.' } } },
};
