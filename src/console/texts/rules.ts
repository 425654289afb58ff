/** What is wrong with the text of a field, in the words of the server. */
export const ruleTexts = {
  most: (characters: number) => `must have at most ${characters} characters`,
  markUp: 'must hold no mark-up',
  whiteSpace: 'must hold no white space',
  segment: 'must not be . or ..: no path could name it',
  tenant: 'must have 1 to 40 letters, digits, - and _',
  header: 'must be of printable ASCII, without blanks at its ends: a header has to carry it',
  separators: 'must hold no \\ and no :',
  control: 'must hold no control characters',
  filename: 'must hold no <, >, /, \\ and no control characters',
  hexadecimal: (digits: number) => `must be ${digits} hexadecimal digits`,
  bytes: 'must be hexadecimal: two digits a byte',
  leastBytes: (count: number) => `must have ${count} bytes at least`,
  mostBytes: (count: number) => `must have ${count} bytes at most`,
  whole: 'must be a whole number',
  address: 'must be an http or https address',
};
