import { RuledInput } from './ruled-input.tsx';
import { RULES, type Rule } from './rules.ts';

/** The name of what a dialog makes or changes: it is typed first, and must be there. */
export const NameField = ({
  label,
  name = 'name',
  rule = RULES.name,
  defaultValue,
  faultOf,
}: {
  label: string;
  name?: string;
  rule?: Rule;
  defaultValue?: string | undefined;
  faultOf: (field: string) => string | undefined;
}) => (
  <RuledInput
    rule={rule}
    name={name}
    label={label}
    defaultValue={defaultValue}
    error={faultOf(name)}
    required
    withAsterisk={false}
    data-autofocus
    autoComplete="off"
  />
);
