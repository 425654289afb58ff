const tagWords = {
  create: 'New tag',
  submit: 'Create the tag',
  save: 'Save the tag',
  saved: (name: string) => `The tag ${name} is saved.`,
  editLabel: (name: string) => `Edit the tag ${name}`,
  removeLabel: (name: string) => `Delete the tag ${name}`,
  removed: 'The tag is deleted.',
  emptyTitle: 'No tag yet',
};

/** The words by which targets and sets are told apart. */
export const wordsTexts = {
  name: 'Name',
  description: 'What for',
  changed: 'Changed',
  color: 'Color',
  noColor: 'None, or for example #1d7cf2',
  tags: {
    ...tagWords,
    table: 'Target tags',
    filterPlaceholder: 'name==*pilot*',
    removeText: 'All targets that have it lose it. Filters that ask for it find nothing then.',
    emptyHint: 'Tags mark targets for any purpose; a target may have many. Filters ask for them.',
  },
  setTags: {
    ...tagWords,
    table: 'Set tags',
    filterPlaceholder: 'name==*released*',
    removeText: 'All distribution sets that have it lose it. Filters that ask for it find nothing then.',
    emptyHint: 'Tags mark distribution sets for any purpose; a set may have many. Filters ask for them.',
  },
  types: {
    table: 'Target types',
    filterPlaceholder: 'name==*sensor*',
    create: 'New type',
    submit: 'Create the type',
    save: 'Save the type',
    saved: (name: string) => `The type ${name} is saved.`,
    editLabel: (name: string) => `Edit the type ${name}`,
    removeLabel: (name: string) => `Delete the type ${name}`,
    removeText: 'It is refused while a target has it.',
    removed: 'The type is deleted.',
    emptyTitle: 'No type yet',
    emptyHint: 'A type says what kind of device a target is, and which kinds of sets suit it.',
    suits: 'Sets that suit it',
    suitsHint: 'By their types. None: any does.',
    suitsAll: 'any',
  },
};

/** What both kinds of tags have. */
export type TagTexts = typeof wordsTexts.tags;

/** For the tags of one thing. */
export const tagsTexts = {
  label: 'Tags',
  none: 'No tags',
  more: (count: number) => `+${count}`,
  noSuch: 'No such tag. Tags are made in the settings.',
  saved: 'The tags are changed.',
};
