import { NameField } from '../../parts/name-field.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { wordsTexts } from '../../texts/words.ts';

/** What every word has: its name, and what it is about. */
export const WordFields = ({
  word,
  faultOf,
}: {
  word: { name: string; description?: string | null } | undefined;
  faultOf: (field: string) => string | undefined;
}) => (
  <>
    <NameField label={wordsTexts.name} defaultValue={word?.name} faultOf={faultOf} />
    <RuledInput
      rule={RULES.description}
      name="description"
      label={wordsTexts.description}
      defaultValue={word?.description ?? undefined}
      error={faultOf('description')}
      autoComplete="off"
    />
  </>
);
