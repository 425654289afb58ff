import { CONFIRMATIONS } from '../../services/deployments/actions/confirm.ts';
import { EXECUTIONS, RESULTS } from '../../services/devices/reports/report.ts';
import { ATTRIBUTE_MODES } from '../../services/fleet/targets/attributes.ts';
import { FILE_ANSWERS, HASHES, RANGES } from '../openapi/files.ts';
import { gives, type Operation, query } from '../openapi/operation.ts';
import {
  component,
  either,
  flag,
  integer,
  list,
  map,
  object,
  oneOfTexts,
  text,
  time,
} from '../openapi/schema.ts';
import { LINKS } from '../openapi/shared.ts';

export const POLL = {
  summary: 'Ask whether there is something to do',
  description:
    'The links lead to what there is: an update, its cancellation, a confirmation, or attributes to report.',
  answers: {
    200: gives(
      component(
        'Poll',
        object(
          { config: object({ polling: object({ sleep: text('When to ask again: `HH:mm:ss`.') }) }) },
          { _links: LINKS },
        ),
      ),
      'When to ask again, and what to do now.',
    ),
  },
} satisfies Operation;

export const CONFIG_DATA = {
  put: {
    summary: 'Report attributes',
    body: {
      schema: object(
        { data: map(text(), 'Attributes by their keys.') },
        {
          mode: oneOfTexts(ATTRIBUTE_MODES, 'Whether they are added, are all there are, or are taken away.'),
          id: text('Ignored.'),
          time: text('Ignored.'),
          status: { type: 'object', description: 'Ignored.' },
        },
      ),
    },
    answers: { 200: 'They are known now.' },
  },
} satisfies Record<string, Operation>;

const ARTIFACT = component(
  'DeviceArtifact',
  object({ filename: text(), hashes: HASHES, size: integer('Bytes.', { format: 'int64' }), _links: LINKS }),
);
const HANDLING = oneOfTexts(['skip', 'attempt', 'forced'], 'Whether it is to be done, and how urgently.');
const PART = component(
  'Deployment',
  object(
    {
      download: HANDLING,
      update: HANDLING,
      chunks: list(
        object(
          {
            part: text('The type of the module: `os`, `bApp` and so on.'),
            version: text(),
            name: text(),
            artifacts: list(ARTIFACT),
          },
          { metadata: list(object({ key: text(), value: text() })) },
        ),
        'The modules.',
      ),
    },
    { maintenanceWindow: oneOfTexts(['available', 'unavailable'], 'Whether it may be installed now.') },
  ),
);
const HISTORY = {
  actionHistory: object({ status: text() }, { messages: list(text(), 'The newest first.') }),
};
const PARAMETERS = [
  query(
    'c',
    'Tells one revision of the update from another; any number will do.',
    integer(undefined, { format: 'int32' }),
  ),
  query(
    'actionHistory',
    'How many messages of the history are shown: none for 0, all for a negative number.',
    integer(undefined, { format: 'int32' }),
  ),
];
const DEPLOYMENT = gives(
  component('DeviceDeployment', object({ id: text('The id of the action.'), deployment: PART }, HISTORY)),
  'What to download and to install.',
);
export const DEPLOYMENT_BASE = {
  get: { summary: 'Read an update', parameters: PARAMETERS, answers: { 200: DEPLOYMENT } },
} satisfies Record<string, Operation>;
export const INSTALLED_BASE = {
  get: {
    summary: 'Read what was installed',
    parameters: PARAMETERS,
    answers: { 200: DEPLOYMENT },
  },
} satisfies Record<string, Operation>;
export const INSTALLED = {
  put: {
    summary: 'Report which distribution set is installed',
    body: { schema: object({ name: text(), version: text() }) },
    answers: { 200: 'It was known.', 201: 'It is known now.' },
  },
} satisfies Record<string, Operation>;
export const CANCEL_ACTION = {
  get: {
    summary: 'Read a cancellation',
    answers: {
      200: gives(
        component(
          'Cancellation',
          object({ id: text(), cancelAction: object({ stopId: text('The id of the action to stop.') }) }),
        ),
        'Which action to stop.',
      ),
    },
  },
} satisfies Record<string, Operation>;
const MESSAGES = either(list(text()), text());
const REPORT = component(
  'Report',
  object(
    {
      status: object(
        {
          execution: oneOfTexts(EXECUTIONS, 'How far the device is.'),
          result: object(
            { finished: oneOfTexts(RESULTS) },
            { progress: object({}, { cnt: integer(), of: integer() }) },
          ),
        },
        { code: integer(undefined, { format: 'int32' }), details: MESSAGES },
      ),
    },
    { id: either(text(), integer()), time: text('Ignored.'), timestamp: time() },
  ),
);
/** `what` is an update or its cancellation. */
export const feedbackOn = (what: string) =>
  ({
    post: { summary: `Report on ${what}`, body: { schema: REPORT }, answers: { 200: 'It is noted.' } },
  }) satisfies Record<string, Operation>;

const CONFIRMER = { initiator: text('Who consents.'), remark: text('Why.') };
export const CONFIRMATION_BASE = {
  get: {
    summary: 'Read whether something waits for a confirmation',
    answers: {
      200: gives(
        component(
          'ConfirmationBase',
          object({ autoConfirm: object({ active: flag(), activatedAt: time() }, CONFIRMER), _links: LINKS }),
        ),
        'Whether actions are confirmed without asking, and what waits.',
      ),
    },
  },
} satisfies Record<string, Operation>;
export const ACTIVATE = {
  post: {
    summary: 'Confirm all actions without asking, from now on',
    body: { schema: object({}, CONFIRMER) },
    answers: { 200: 'They are.' },
  },
} satisfies Record<string, Operation>;
export const DEACTIVATE = {
  post: {
    summary: 'Ask again before each action',
    body: { schema: object({}) },
    answers: { 200: 'It is asked again.' },
  },
} satisfies Record<string, Operation>;
export const CONFIRMATION = {
  get: {
    summary: 'Read an update that waits for a confirmation',
    parameters: PARAMETERS,
    answers: {
      200: gives(
        component(
          'DeviceConfirmation',
          object({ id: text('The id of the action.'), confirmation: PART }, HISTORY),
        ),
        'What is to be confirmed.',
      ),
    },
  },
} satisfies Record<string, Operation>;
export const CONFIRMATION_FEEDBACK = {
  post: {
    summary: 'Confirm or deny an update',
    body: {
      schema: object(
        { confirmation: oneOfTexts(CONFIRMATIONS) },
        { code: integer(undefined, { format: 'int32' }), details: MESSAGES },
      ),
    },
    answers: { 200: 'It is noted.' },
  },
} satisfies Record<string, Operation>;

export const DEVICE_ARTIFACTS = {
  get: { summary: 'List the files of a module', answers: { 200: gives(list(ARTIFACT), 'The files.') } },
} satisfies Record<string, Operation>;
export const DEVICE_FILE = {
  get: {
    summary: 'Download a file, or its MD5 sum',
    parameters: [
      ...RANGES,
      query('md5sum', 'Given in any way, the name means the sum where a file is of that name too.', text()),
    ],
    answers: {
      ...FILE_ANSWERS,
      200: {
        ...FILE_ANSWERS[200],
        content: { ...FILE_ANSWERS[200].content, 'text/plain': text('The sum, and the name of the file.') },
      },
      410: 'The store has lost it.',
    },
  },
} satisfies Record<string, Operation>;
