import type { ActionCancellation } from '../api/types.documents.ts';
import { counted, numberText, suiting } from './common.ts';

/** What the server says where there is no limit. */
const ANY_NUMBER = 2 ** 31 - 1;

export const softwareTexts = {
  title: 'Software',
  lead: 'Modules hold the files; distribution sets are what devices are given.',
  sets: 'Distribution sets',
  modules: 'Modules',
  types: 'Types',
  newSet: 'New distribution set',
  newModule: 'New module',
  firstModule: 'Make a module',
  filterPlaceholder: 'name==pump* and version==2.*',
  noSets: 'No distribution set yet',
  noSetsHint: 'First make a module and upload its file, then a set that contains it.',
  noModules: 'No module yet',
  noModulesHint:
    'A module is one piece of software, for example an image, in one version. Its files come next.',
  columns: {
    name: 'Name',
    version: 'Version',
    type: 'Type',
    state: 'State',
    tags: 'Tags',
    vendor: 'Vendor',
    created: 'Created',
  },
  complete: 'Complete',
  incomplete: 'Incomplete',
  invalid: 'Invalidated',
  name: 'Name',
  version: 'Version',
  vendor: 'Vendor',
  description: 'Description',
  type: 'Type',
  moduleChoice: 'Modules',
  moduleChoiceHint: 'They can also be added later, until the set is in use.',
  createModule: 'Create the module',
  createSet: 'Create the set',
  moduleTypes: 'Types of modules',
  setTypes: 'Types of sets',
  perSet: (most: number) =>
    most === ANY_NUMBER ? 'any number in a set' : `at most ${numberText(most)} in a set`,
  mandatory: 'needs',
  optional: 'may have',
};

export const moduleTexts = {
  untitled: (number: string) => `Software module ${number}`,
  notFound: 'This module does not exist.',
  toList: 'To the software',
  details: 'Details',
  makeSet: 'Make a set with it',
  edit: (what: string) => `Change ${what}`,
  saved: (what: string) => `${what} is changed.`,
  files: 'Files',
  noFiles: 'No file yet. Without one, devices have nothing to download.',
  upload: 'Upload files',
  uploading: (name: string, percent: number) => `${name}: ${percent} %`,
  digesting: (name: string) => `${name}: its checksum is computed`,
  uploaded: (name: string) => `${name} is uploaded; its checksum is right.`,
  uploadFailed: (name: string, reason: string) => `${name}: ${reason}`,
  uploadBroken: 'the connection broke. Try again.',
  removeFile: (name: string) => `Delete ${name}`,
  removeFileText: 'Devices can no longer download it.',
  fileRemoved: 'The file is deleted.',
  lockedHint: 'A set with this module is in use, so its files stay as they are.',
  address: 'Address',
  /** What an update says of itself. */
  says: {
    format: { SWU: 'Update for SWUpdate', RAUC: 'Update for RAUC' },
    version: (version: string) => `version ${version}`,
    hardware: (names: readonly string[]) => `for ${names.join(', ')}`,
    problem: (why: string) => `not read: ${why}`,
  },
  external: {
    add: 'Add by address',
    title: 'A file that lives elsewhere',
    lead: 'Devices fetch it from there; Muster never does. So you say what it is.',
    filename: 'Name of the file',
    url: 'Address',
    urlHint: 'http or https, without user and password: every device gets it.',
    size: 'Size in bytes',
    sha256: 'SHA-256',
    sha1: 'SHA-1',
    sha1Hint: 'SWUpdate and rauc-hawkbit-updater need it.',
    md5: 'MD5',
    optional: 'If you know it.',
    submit: 'Add the file',
    added: (name: string) => `${name} is added.`,
  },
  remove: 'Delete the module',
  removeText: (title: string, files: number) => `${title} and ${counted(files, 'file')} are deleted.`,
  removed: 'The module is deleted.',
};

export const setTexts = {
  untitled: (number: string) => `Distribution set ${number}`,
  rollOut: 'Roll out',
  notFound: 'This distribution set does not exist.',
  modules: 'Modules',
  noModules: 'No module yet. Add those that the type asks for, and the set is complete.',
  add: 'Add a module',
  addPlaceholder: 'Search by name',
  removeModule: (name: string) => `Remove ${name}`,
  removed: (name: string) => `${name} is removed from the set.`,
  assign: 'Assign',
  assignHint: 'To all targets that match a filter. For an update in groups, make a rollout.',
  incompleteHint: 'An incomplete set cannot be assigned.',
  filter: 'Which targets',
  filterHint: 'A filter, for example group==pilot',
  force: 'How it is installed',
  submit: (count: number) => `Assign to ${counted(count, 'target')}`,
  confirmTitle: (count: number) => `Assign to ${counted(count, 'target')}?`,
  confirmText: (title: string, count: number) =>
    `${counted(count, 'target')} ${suiting(count, 'gets', 'get')} ${title} with ${suiting(count, 'its', 'their')} next poll.`,
  assigned: (count: number) => `Assigned to ${counted(count, 'target')}.`,
  remove: 'Delete the set',
  removeText: (title: string) => `${title} is deleted. Its modules stay.`,
  deleted: 'The distribution set is deleted.',
};

/** For sets that say which targets they are for. */
export const targetFilterTexts = {
  title: 'Made for',
  hint: 'The targets that this set is for. To assign it to others, one must confirm it; a rollout has a switch for them.',
  all: 'All targets.',
  save: 'Save',
  saved: 'Saved. It counts for what is assigned from now on.',
  filter: 'Only for targets that match',
  placeholder: 'For all targets',
  suggestion: 'What its updates say',
  use: 'Use it',
  nothing: 'They do not say for which hardware they are.',
  unreported: (attributes: readonly string[]) =>
    `No device reports ${attributes.join(' and ')} yet, so no target would match.`,
};

/** When a set is refused to targets that it is not for. */
export const anywayTexts = {
  title: (count: number) => `Assign to ${counted(count, 'target')} it is not for?`,
  text: (count: number) =>
    `${counted(count, 'chosen target')} ${suiting(count, 'does', 'do')} not match what the set says it is for, and may not be able to install it.`,
  action: 'Assign anyway',
};

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `1.4 MB`. */
export function sizeText(bytes: number): string {
  const at = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** at;
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: at ? 1 : 0 }).format(value)} ${UNITS[at]}`;
}

export const metadataTexts = {
  setHint: 'What people note about the set.',
  moduleHint: 'What people note about the module. What devices are told comes with each update.',
  told: 'told to devices',
  toldLabel: (key: string) => `Tell devices ${key}`,
};

export const invalidateTexts = {
  action: 'Take out of use',
  title: (set: string) => `Take ${set} out of use?`,
  lead: 'It can no longer be changed or assigned, and its auto-assignments end. It cannot be taken back.',
  running: 'What has not ended yet',
  ways: {
    SOFT: 'Devices are asked to stop; its rollouts stop',
    FORCE: 'Ends at once, without asking the devices; its rollouts stop',
    NONE: 'Goes on',
  } satisfies Record<ActionCancellation, string>,
  done: (set: string) => `${set} is out of use.`,
};

export const softwareTypesTexts = {
  newSetType: 'New type of sets',
  newModuleType: 'New type of modules',
  name: 'Name',
  key: 'Key',
  description: 'What for',
  most: 'How many of them a set takes',
  mandatory: 'Modules that a set needs',
  optional: 'Modules that it may have',
  fixedHint: 'Both stay as they are while there are sets of the type.',
  submit: 'Create the type',
  save: 'Save the type',
  saved: (name: string) => `The type ${name} is saved.`,
  editLabel: (name: string) => `Edit the type ${name}`,
  removeLabel: (name: string) => `Delete the type ${name}`,
  removeText: 'Of one that is in use, what has it keeps it; nothing new can be of it.',
  removed: 'The type is deleted.',
};
