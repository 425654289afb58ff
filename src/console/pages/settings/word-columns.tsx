import type { Column } from '../../parts/data-table.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { wordsTexts } from '../../texts/words.ts';

/** A name with a meaning: a tag, a type, a role. */
interface Word {
  name: string;
  description?: string | null;
  lastModifiedAt: string;
}

/** The columns of such names; `more` come before the time of the last change. */
export const wordColumns = <W extends Word>(...more: readonly Column<W>[]): readonly Column<W>[] => [
  { id: 'name', label: wordsTexts.name, order: 'NAME', cell: ({ name }) => name },
  {
    id: 'description',
    label: wordsTexts.description,
    most: 420,
    cell: ({ description }) => description || common.none,
  },
  ...more,
  {
    id: 'changed',
    label: wordsTexts.changed,
    order: 'LAST_MODIFIED_AT',
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
];
