import { Button, Group } from '@mantine/core';
import type { CombinedError } from 'urql';
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
export function filterFaultOf(error: CombinedError | undefined): FilterFault | undefined {
  const faults = error?.graphQLErrors.flatMap(
    ({ extensions }) => (extensions['userErrors'] ?? []) as Fault[],
  );
  return faults?.find(({ path }) => path[0] === 'filter');
}

/** Underlines the fault within the field: it lies over the text, and moves with it. */
export function FaultMark({ text, fault, scroll }: { text: string; fault: FilterFault; scroll: number }) {
  if (fault.position == null) return null;
  const end = fault.position + Math.max(fault.length ?? 0, 1);
  return (
    <div className={classes.mirror} aria-hidden>
      <span style={{ marginLeft: -scroll }}>
        {text.slice(0, fault.position)}
        <span className={classes.mark}>{text.slice(fault.position, end) || ' '}</span>
      </span>
    </div>
  );
}

/** The place is marked, and needs no number. */
const sentence = (message: string) =>
  message.replace(/^At position \d+: /, '').replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** What is wrong, in words; what was probably meant is a button. */
export function FaultText({
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
