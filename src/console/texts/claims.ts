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
  open: 'Take a device over',
  title: 'Take a device over',
  lead: 'Its owner, another tenant, has made a code for it. It becomes a target here, with a new token.',
  code: 'Code',
  controllerId: 'Controller ID',
  controllerIdHint: 'Only where the code is for several devices.',
  group: 'Group',
  submit: 'Take it over',
};
