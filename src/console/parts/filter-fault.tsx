import { Button, Group, Stack } from '@mantine/core';
import { Fragment } from 'react';
import type { CombinedError } from 'urql';
import { capitalized } from '../texts/common.ts';
import { filterTexts as texts } from '../texts/targets.ts';
import classes from './filter-field.module.css';

/** What is wrong with a filter. Its place is counted in UTF-16 units from 0, as the server has it. */
export interface FilterFault {
  message: string;
  position?: number | null;
  length?: number | null;
  /** What was probably meant, to be written there instead. */
  suggestion?: string | null;
}

interface Fault extends FilterFault {
  path: readonly string[];
}

/** What is wrong with a filter, if that is why a query was refused. */
export function filterFaultsOf(error: CombinedError | undefined): readonly FilterFault[] {
  const faults = error?.graphQLErrors.flatMap(
    ({ extensions }) => (extensions['userErrors'] ?? []) as Fault[],
  );
  return faults?.filter(({ path }) => path[0] === 'filter') ?? [];
}

interface MarksProps {
  text: string;
  faults: readonly FilterFault[];
  scroll: number;
}

/** Underlines the faults within the field: they lie over the text, and move with it. */
export function FaultMarks({ text, faults, scroll }: MarksProps) {
  return (
    <div className={classes.mirror} aria-hidden>
      <span style={{ marginLeft: -scroll }}>
        {marksIn(faults).map(({ from, to, until }) => (
          <Fragment key={to}>
            {text.slice(from, to)}
            <span className={classes.mark}>{text.slice(to, until) || ' '}</span>
          </Fragment>
        ))}
      </span>
    </div>
  );
}

/** The marked parts of a text in their order, each with where the text before it begins. */
function marksIn(faults: readonly FilterFault[]) {
  const marks: { from: number; to: number; until: number }[] = [];
  let from = 0;
  for (const { position, length } of faults) {
    if (position == null || position < from) continue;
    const until = position + Math.max(length ?? 0, 1);
    marks.push({ from, to: position, until });
    from = until;
  }
  return marks;
}

/** The place is marked, and needs no number. */
const sentence = (message: string) => capitalized(message.replace(/^At position \d+: /, ''));

/** So many are told in words; all are marked. */
const MOST_TOLD = 4;

interface TextsProps {
  text: string;
  faults: readonly FilterFault[];
  onMend: (mended: string) => void;
}

/** What is wrong, in words, one below the other. */
export const FaultTexts = ({ text, faults, onMend }: TextsProps) => (
  <Stack gap={2} component="span">
    {faults.slice(0, MOST_TOLD).map((fault) => (
      <FaultText key={`${fault.position} ${fault.message}`} text={text} fault={fault} onMend={onMend} />
    ))}
    {faults.length > MOST_TOLD && <span>{texts.moreFaults(faults.length - MOST_TOLD)}</span>}
  </Stack>
);

/** What was probably meant is a button. */
function FaultText({
  text,
  fault: { message, position, length, suggestion },
  onMend,
}: {
  text: string;
  fault: FilterFault;
  onMend: (mended: string) => void;
}) {
  return (
    <Group gap="xs" component="span">
      <span>{sentence(message)}</span>
      {suggestion && position != null && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onMend(text.slice(0, position) + suggestion + text.slice(position + (length ?? 0)))}
        >
          {texts.writeInstead(suggestion)}
        </Button>
      )}
    </Group>
  );
}
