import { TextInput } from '@mantine/core';

/** The name of what a dialog makes or changes: it is typed first, and must be there. */
export const NameField = ({
  label,
  name = 'name',
  defaultValue,
  faultOf,
}: {
  label: string;
  name?: string;
  defaultValue?: string | undefined;
  faultOf: (field: string) => string | undefined;
}) => (
  <TextInput
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
