const columns = { name: 'Name', description: 'What for', changed: 'Changed' };

/** The words by which targets are told apart. */
export const wordsTexts = {
  name: 'Name',
  description: 'What for',
  tags: {
    columns,
    table: 'Target tags',
    filterPlaceholder: 'name==*pilot*',
    create: 'New tag',
    submit: 'Create the tag',
    save: 'Save the tag',
    saved: (name: string) => `The tag ${name} is saved.`,
    editLabel: (name: string) => `Edit the tag ${name}`,
    removeLabel: (name: string) => `Delete the tag ${name}`,
    removeText: 'All targets that have it lose it. Filters that ask for it find nothing then.',
    removed: 'The tag is deleted.',
    emptyTitle: 'No tag yet',
    emptyHint: 'Tags mark targets for any purpose; a target may have many. Filters ask for them.',
  },
  types: {
    columns,
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

/** What all kinds of them have. */
export type WordsTexts = typeof wordsTexts.tags;
