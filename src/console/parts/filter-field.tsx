import { ActionIcon, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { CombinedError } from 'urql';
import { filterTexts as texts } from '../texts/targets.ts';
import classes from './filter-field.module.css';

/** A pause this long after a keystroke, and the filter is used. */
const PAUSE_MS = 250;

export interface FilterFault {
  message: string;
  /** Where in the text the fault is, from 0; undefined if it has no place. */
  position: number | undefined;
}

interface Fault {
  message: string;
  path: readonly string[];
  /** From 1. */
  position?: number | null;
}

/** What is wrong with a filter, if that is why a query was refused. */
export function filterFaultOf(error: CombinedError | undefined): FilterFault | undefined {
  const faults = error?.graphQLErrors.flatMap(
    ({ extensions }) => (extensions['userErrors'] ?? []) as Fault[],
  );
  const found = faults?.find(({ path }) => path[0] === 'filter');
  if (!found) return undefined;
  return { message: found.message, position: found.position == null ? undefined : found.position - 1 };
}

/** A filter to be typed, which is used after a pause; a fault is marked where it is. */
export function FilterField({
  value,
  fault,
  onChange,
  placeholder = texts.placeholder,
}: {
  value: string;
  fault: FilterFault | undefined;
  onChange: (filter: string) => void;
  placeholder?: string;
}) {
  const [text, setText] = useState(value);
  const use = useDebouncedCallback(onChange, PAUSE_MS);
  useEffect(() => setText(value), [value]);
  const change = (next: string) => {
    setText(next);
    use(next);
  };
  const isCurrent = text === value;
  return (
    <div className={classes.field}>
      <TextInput
        aria-label={texts.label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
        leftSection={<IconFilter size={16} aria-hidden />}
        rightSection={
          text && (
            <ActionIcon variant="subtle" color="gray" aria-label={texts.clear} onClick={() => change('')}>
              <IconX size={16} />
            </ActionIcon>
          )
        }
        error={isCurrent && fault ? <FaultText text={text} fault={fault} /> : undefined}
        spellCheck={false}
        autoComplete="off"
        title={texts.help}
        classNames={{ input: classes.input }}
      />
    </div>
  );
}

function FaultText({ text, fault: { message, position } }: { text: string; fault: FilterFault }) {
  if (position === undefined) return <>{message}</>;
  const at = Math.min(position, text.length);
  return (
    <Group gap={6} component="span" wrap="wrap">
      <Text span size="xs" ff="monospace" aria-hidden>
        {text.slice(Math.max(0, at - 24), at)}
        <mark className={classes.mark}>{text.slice(at, at + 1) || ' '}</mark>
        {text.slice(at + 1, at + 20)}
      </Text>
      <span>{message}</span>
    </Group>
  );
}
