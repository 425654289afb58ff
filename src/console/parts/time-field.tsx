import { TextInput } from '@mantine/core';

/** A moment as browsers let one choose it: the reader's zone, to the minute. */
function localText(at: string | null): string {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment, or none. */
export function TimeField({
  label,
  description,
  error,
  value,
  onChange,
}: {
  label: string;
  description?: string;
  error?: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      description={description}
      error={error}
      value={localText(value)}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChange(chosen ? new Date(chosen).toISOString() : null);
      }}
    />
  );
}
