import { counted, numberText } from './common.ts';

export const tableTexts = {
  select: (name: string) => `Select ${name}`,
  selectPage: 'Select all on this page',
  columns: 'Columns',
  first: 'First page',
  previous: 'Previous page',
  next: 'Next page',
  range: (from: number, to: number, total: number | undefined) =>
    `${numberText(from)}–${numberText(to)}${total === undefined ? '' : ` of ${numberText(total)}`}`,
  selected: (count: number) => `${numberText(count)} selected`,
  allSelected: (count: number) => `All ${numberText(count)} that match are selected`,
  selectAll: (count: number) => `Select all ${numberText(count)} that match`,
  clear: 'Clear the selection',
  faultTitle: 'This filter cannot be read',
  faultHint: 'Mend it where it is marked, or clear it.',
  nothing: 'Nothing matches this filter',
  nothingHint: 'Change the filter, or clear it to see all.',
  clearFilter: 'Clear the filter',
  rows: (count: number) => counted(count, 'row'),
};
