import { counted, numberText, suiting } from './common.ts';

export const claimTexts = {
  title: 'Change hands',
  hint: 'Another tenant takes the device over with a code, which works once.',
  moved: 'Another tenant has taken this device over. What is here is its history.',
  none: 'There is no code.',
  until: 'A code works until',
  make: 'Make a code',
  another: 'Make another code',
  anotherTitle: 'Make another code?',
  anotherText: 'The code that was made before ends at once.',
  codeTitle: (target: string) => `Code of ${target}`,
  codeText: 'Whoever has it gets the device. Copy it now: it is not shown again.',
  copy: 'Copy the code',
  end: 'End the code',
  ended: 'The code is ended.',
};

export const takeOverTexts = {
  open: 'Take devices over',
  title: 'Take devices over',
  lead: 'Their owner, another tenant, has made a code for them. They become targets here, with new tokens.',
  code: 'Code',
  controllerIds: 'Controller IDs',
  controllerIdsHint:
    'Only where the code is for several devices: at most 100 at once. Press Enter after each, or paste a list.',
  group: 'Group',
  submit: 'Take over',
};

/** For many devices that change hands by one code. */
export const releaseTexts = {
  title: 'Code for another tenant',
  text: (count: number) =>
    `Whoever has it gets ${suiting(count, 'the device', `each of the ${numberText(count)} devices`)}, once. Copy it now: it is not shown again.`,
  textOfMany: 'Whoever has it gets each of the devices, once. Copy it now: it is not shown again.',
  copy: 'Copy the code',
  until: 'It works until',
  list: 'The filter of the targets that may be taken over:',
  save: (count: number) => `Download the list of ${counted(count, 'device')}`,
  done: (count: number) => `${counted(count, 'target')} may be taken over.`,
  untilLabel: 'The code works until',
  untilHint: 'Empty: for a week. A year at the most.',
};

/** When several were taken over at once. */
export const takenTexts = {
  title: (count: number) => `${counted(count, 'device')} taken over`,
  lead: 'Each has a token of its own, which it needs within 30 days: until then its old one works.',
  device: 'Device',
  save: 'Download all tokens',
};
