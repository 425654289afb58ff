import { NumberInput } from '@mantine/core';

/** A share of a hundred. */
export const Percent = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
}) => (
  <NumberInput
    label={label}
    value={value}
    onChange={(next) => onChange(Number(next))}
    min={0}
    max={100}
    clampBehavior="strict"
    allowDecimal={false}
  />
);
