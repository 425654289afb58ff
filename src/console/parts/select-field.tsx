import { Select } from '@mantine/core';

/** One of many by name, or none. */
export function SelectField({
  label,
  data,
  value,
  onChange,
  placeholder,
}: {
  label: string;
  data: readonly { value: string; label: string }[];
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
}) {
  return (
    <Select
      label={label}
      placeholder={placeholder}
      data={data}
      value={value}
      onChange={onChange}
      clearable
      searchable
    />
  );
}
